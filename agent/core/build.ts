/** Put in by ci/build; absent when the sources run as they are. */
declare const MOORING_VERSION: string;

/** `<package version>+<commit>` of a build, `0.0.0+source` when run from source. */
export const version: string = typeof MOORING_VERSION === "string" ? MOORING_VERSION : "0.0.0+source";

/**
 * In a compiled binary `import.meta.url` names nothing that exists, and entry points are found by their path below agent/:
 * `new Worker("./keeper/thread.ts")`. From source that string would mean the working directory.
 */
export const isCompiled: boolean = typeof MOORING_VERSION === "string";
