// JSON from elsewhere, read without trusting its shape: what is not of the asked kind is as good as missing.

/** The fields of an object; none of anything else, a list included. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** A finite number. */
export const numberOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/** The entries whose values are text. */
export const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(fieldsOf(value)).filter((entry): entry is [string, string] => textOf(entry[1]) !== null),
  );

/** Milliseconds since the epoch of an RFC 3339 time. */
export const timeOf = (value: unknown): number | null => {
  const at = Date.parse(textOf(value) ?? "");
  return Number.isNaN(at) ? null : at;
};
