import type { Reason } from "../../core/condition.ts";
import type { Problem } from "../../core/volume-report.ts";
import type { KernelError } from "../../kernel/error.ts";

const reasonOf: Record<string, Reason> = {
  ENOTCONN: "Disconnected",
  ECONNABORTED: "Disconnected",
  ECONNRESET: "Disconnected",
  ESHUTDOWN: "Disconnected",
  EHOSTDOWN: "Disconnected",
  ESTALE: "StaleHandle",
  EIO: "InputOutputError",
  EREMOTEIO: "InputOutputError",
  EUCLEAN: "InputOutputError",
  EROFS: "FileSystemReadOnly",
};

const meaning: Partial<Record<Reason, string>> = {
  Disconnected: "the file system's server is gone",
  StaleHandle: "the server no longer knows this directory",
  InputOutputError: "the storage reports an error",
  FileSystemReadOnly: "the file system turned read-only",
};

/** What an error met while using a volume says about the volume. */
export function problemOf(error: KernelError): Problem {
  const reason = reasonOf[error.code] ?? "VolumeUnusable";
  const what = meaning[reason];
  return { reason, message: what ? `${error.message} (${what})` : error.message };
}

export const isNoRoom = ({ code }: KernelError): boolean => code === "ENOSPC" || code === "EDQUOT";
