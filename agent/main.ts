import { dispatch } from "./cli/dispatch.ts";
import { printer } from "./cli/output.ts";

const endOn = (signal: NodeJS.Signals, code: number): void => {
  process.once(signal, () => process.exit(code));
};

// As PID 1 of a container a signal without a handler is ignored, and a command takes a while to load. A command that wants
// to end in its own way removes these first. Not as PID 1, the default action is quicker and tells the parent the truth.
if (process.pid === 1) {
  endOn("SIGTERM", 128 + 15);
  endOn("SIGINT", 128 + 2);
}

// No top-level await: it cannot be compiled to bytecode. A rejection is a bug; its stack goes to stderr and the exit code is 1.
void dispatch(process.argv.slice(2), {
  environment: process.env,
  out: printer(process.stdout),
  err: printer(process.stderr),
}).then((code) => process.exit(code));
