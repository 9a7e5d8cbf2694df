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

const out = printer(() => process.stdout);
const complain = printer(() => process.stderr);
// A command that cannot even complain still tells by its exit code.
const err = (text: string): Promise<void> => complain(text).catch(() => {});

void dispatch(process.argv.slice(2), { environment: process.env, out, err })
  .catch(async (bug: unknown) => {
    // Left to the runtime, it would print the whole minified source line.
    await err(`mooring: internal error: ${bug instanceof Error ? bug.stack : String(bug)}\n`);
    return 1;
  })
  .then((code) => process.exit(code));
