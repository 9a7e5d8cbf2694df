import { join } from "node:path";
import { compiled } from "./compile.ts";
import type { Place } from "./place.ts";
import type { Program } from "./program.ts";

const source = join(import.meta.dir, "../../fakes/fuse/fuse.c");

/** A FUSE volume in the test's hands. Never touch it from the test process itself: only from programs that may hang. */
export class FuseVolume {
  readonly daemon: Program;

  private constructor(daemon: Program) {
    this.daemon = daemon;
  }

  static async mount(place: Place, at: string): Promise<FuseVolume> {
    await place.sh(`mkdir -p "$1"`, { args: [at] });
    const daemon = place.run([compiled(source), at]);
    await daemon.line((line) => line === "mounted", { what: "the FUSE volume to be mounted" });
    return new FuseVolume(daemon);
  }

  /** Goes on reading requests and answers none of them. */
  async silent(): Promise<void> {
    await this.daemon.ask("silent");
  }

  /** Answers again, first the requests that were held. */
  async answer(): Promise<void> {
    await this.daemon.ask("answer");
  }

  /** Answers every request with an error. */
  async errno(code: "EIO" | "ESTALE" | "ENOTCONN"): Promise<void> {
    await this.daemon.ask(`errno ${code}`);
  }

  /** From now on it can rename only onto whatever is there, as NFS. */
  async withoutRenameFlags(): Promise<void> {
    await this.daemon.ask("no flags");
  }

  /** How many requests wait for an answer. */
  async held(): Promise<number> {
    return Number(await this.daemon.ask("held"));
  }

  /** Stops the daemon where it stands, as a slow or overloaded one does; `resume` lets it go on. */
  pause(): Promise<void> {
    return this.daemon.stopped();
  }

  resume(): void {
    this.daemon.resume();
  }

  /** Ends the daemon; what is mounted then answers ENOTCONN. */
  async kill(): Promise<void> {
    this.daemon.kill("SIGKILL");
    await this.daemon.exited;
  }
}
