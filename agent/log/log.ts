import pino from "pino";
import type { LogLevel } from "../core/config/config.ts";
import { describe } from "../core/describe/describe.ts";
import { printableJson } from "../core/printable.ts";
import type { Trace, TraceBody } from "../core/trace.ts";
import { consoleSink } from "./console-sink.ts";
import { fileSink } from "./file-sink.ts";
import type { Sink } from "./sink.ts";

export interface LogSettings {
  level: LogLevel;
  /** A second place for every line, beside standard output. */
  file: string | null;
}

export interface Log {
  /** One line of JSON: level, time, pass, event, the trace's own fields, msg. Never blocks, never throws. */
  tell(trace: Trace): void;
  /** Takes over new settings; the file is opened anew, so this is what a log rotation wants too. */
  reconfigure(settings: LogSettings): void;
  /** Resolves when the last line has left or `withinMs` have passed. */
  end(withinMs: number): Promise<void>;
}

/** Opens the log. A file that cannot be opened or written is one line on the console, and the agent goes on without it. */
export const openLog = (settings: LogSettings, options: { fd?: number; now?: () => number } = {}): Log => {
  const { fd = 1, now = Date.now } = options;
  const own = (body: TraceBody): void => tell({ ...body, at: now(), pass: 0 });
  const stdout = consoleSink({
    fd,
    onDropped: (lines) => own({ kind: "logLinesDropped", to: "standard output", count: lines }),
  });
  let file: Sink | null = null;

  const openFile = (path: string | null): Sink | null =>
    path === null
      ? null
      : fileSink({
          path,
          onFailed: (failure) => own({ kind: "logFileFailed", path, ...failure }),
          onDropped: (lines) => own({ kind: "logLinesDropped", to: path, count: lines }),
        });

  const logger = pino(
    {
      level: settings.level,
      base: null,
      // The trace knows when it happened; pino would stamp when it was told.
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write(json: string) {
        const line = printableJson(json);
        stdout.write(line);
        file?.write(line);
      },
    },
  );
  const tell = (trace: Trace): void => {
    const { level, message, fields } = describe(trace);
    logger[level]({ time: isoTime(trace.at), pass: trace.pass, ...fields }, message);
  };

  file = openFile(settings.file);
  return {
    tell,
    reconfigure(next) {
      logger.level = next.level;
      void file?.end(1000);
      file = openFile(next.file);
    },
    async end(withinMs) {
      await Promise.all([stdout.end(withinMs), file?.end(withinMs)]);
    },
  };
};

/** A Date beyond its range would throw. */
const isoTime = (at: number): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
};
