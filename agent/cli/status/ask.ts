/** The agent's answer, or one sentence on why there is none and what to do. */
export type Answer = { ok: true; value: unknown } | { ok: false; why: string };

const maxBytes = 16 * 1024 * 1024;

/** GETs JSON from somebody who may be anybody: within `withinMs`, within 16 MiB, without being sent elsewhere. */
export const ask = async (url: URL, withinMs = 5000): Promise<Answer> => {
  try {
    const response = await fetch(url, {
      headers: { Accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(withinMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { ok: false, why: `answered ${response.status}: that is no agent of Mooring` };
    }
    const text = await readBounded(response);
    if (text === null)
      return { ok: false, why: `answered more than ${maxBytes / 1024 ** 2} MiB: that is no agent of Mooring` };
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, why: explain(error, withinMs) };
  }
};

const readBounded = async (response: Response): Promise<string | null> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};

const explain = (error: unknown, withinMs: number): string => {
  if (error instanceof SyntaxError) return "answered something that is no JSON: that is no agent of Mooring";
  if (error instanceof Error && error.name === "TimeoutError") return `did not answer within ${withinMs / 1000} s`;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED" || code === "ConnectionRefused") return "nothing listens there";
  if (code === "ENOTFOUND") return "there is no host of that name";
  return error instanceof Error ? error.message : String(error);
};
