import { stat } from "node:fs/promises";

const LOOK_EVERY_MS = 2000;

/**
 * Calls `onChanged` whenever the file under `path` is another one or may have other content, through the symbolic links
 * that a ConfigMap swaps, and once at the start: it may have changed since it was loaded. A file that is away for a
 * moment is waited for. Returns how to stop.
 */
export function watchConfigFile(path: string, onChanged: () => void): () => void {
  let seen: string | null = null;
  const look = async (): Promise<void> => {
    const found = await stat(path).catch(() => null);
    if (!found) return;
    const now = `${found.dev} ${found.ino} ${found.mtimeMs} ${found.size}`;
    if (seen !== now) onChanged();
    seen = now;
  };
  void look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
