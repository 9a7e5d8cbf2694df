import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mount } from "../../agent/core/config/config.ts";
import type { TraceBody } from "../../agent/core/trace.ts";
import type { VolumeReport } from "../../agent/core/volume-report.ts";
import { monotonicMs } from "../../agent/kernel/clock.ts";
import { Prober, type ProberOptions } from "../../agent/volume/prober.ts";
import { Machine } from "../kernel/harness/machine.ts";
import { until } from "../kernel/harness/until.ts";
import { requestFor, selfIn } from "./ask.ts";

/**
 * A volume child in the test's hands. It notes its pid and what it is asked; "$1/mood" says what then: answer, die, or be
 * silent, or at work, until there is something else in it.
 */
const puppet = `
  read -r request
  echo "$$ $request" >> "$1/asked"
  while :; do
    case "$(cat "$1/mood")" in
      silent) sleep 0.01 ;;
      busy) echo "at work"; sleep 0.01 ;;
      die) exit 3 ;;
      *) break ;;
    esac
  done
  cat "$1/answer"
  cat > /dev/null
`;

const fine: VolumeReport = { source: null, volume: null };
const broken = { source: { ok: false, problem: { reason: "SourceMissing", message: "gone" } }, volume: null };

let folder: string;
let heard: { reports: number; silences: number; signs: number; traces: TraceBody[]; starts: number[] };
let prober: Prober | undefined;

const mood = (now: "answer" | "die" | "silent" | "busy"): void => writeFileSync(join(folder, "mood"), now);
const answer = (report: unknown): void => writeFileSync(join(folder, "answer"), `${JSON.stringify(report)}\n`);
const asked = (): { pid: number; request: string }[] =>
  (existsSync(join(folder, "asked")) ? readFileSync(join(folder, "asked"), "utf8") : "")
    .split("\n")
    .filter(Boolean)
    .map((line) => ({ pid: Number.parseInt(line, 10), request: line.slice(line.indexOf("{")) }));
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
const living = (): number => asked().filter(({ pid }) => isAlive(pid)).length;
const kinds = (kind: TraceBody["kind"]): TraceBody[] => heard.traces.filter((trace) => trace.kind === kind);

const optionsFor = (monitor: Partial<ProberOptions["monitor"]>, mount: Partial<Mount> = {}): ProberOptions => ({
  self: ["sh", "-c", puppet, "sh", folder],
  request: requestFor({ source: "/volumes/dumps", target: "/target" }, { mount }),
  monitor: { intervalMs: 60, timeoutMs: 30, failures: 3, ...monitor },
  now: monotonicMs,
  onReport: (pid) => {
    heard.reports += 1;
    prober?.heard(pid);
  },
  onSilence: () => {
    heard.silences += 1;
  },
  onSign: () => {
    heard.signs += 1;
  },
  tell: (trace) => void heard.traces.push(trace),
});

/** Lets time pass: until another prober, on a well volume, has gone round that often. */
const rounds = async (count: number): Promise<void> => {
  let reports = 0;
  const clock: Prober = new Prober({
    ...optionsFor({ timeoutMs: 5000 }),
    self: ["sh", "-c", `read -r request; echo '{"source":null,"volume":null}'; cat > /dev/null`],
    onReport: (pid) => {
      reports += 1;
      clock.heard(pid);
    },
    onSilence: () => {},
    onSign: () => {},
    tell: () => {},
  });
  clock.probe();
  await until(() => reports >= count, { what: `${count} rounds` });
  clock.stop();
};

const start = (monitor: Partial<ProberOptions["monitor"]> = {}): Prober => {
  prober = new Prober(optionsFor(monitor));
  prober.probe();
  return prober;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mooring-prober-"));
  heard = { reports: 0, silences: 0, signs: 0, traces: [], starts: [] };
  mood("answer");
  answer(fine);
});

afterEach(async () => {
  prober?.stop();
  mood("die");
  await until(() => living() === 0, { what: "all children to end" });
  rmSync(folder, { recursive: true });
});

describe("a prober", () => {
  test("asks again and again, one child at a time, and lets each go", async () => {
    start({ timeoutMs: 5000 });
    await until(() => heard.reports >= 5, { what: "five reports" });
    prober?.stop();
    await until(() => living() === 0, { what: "every child to end" });
    expect(new Set(asked().map(({ pid }) => pid)).size).toBe(asked().length);
    expect(heard.silences).toBe(0);
  });

  test("asks no more while its report has not been heard", async () => {
    const reported = Promise.withResolvers<number>();
    prober = new Prober({ ...optionsFor({ timeoutMs: 5000 }), onReport: reported.resolve });
    prober.probe();
    const pid = await reported.promise;
    for (let round = 0; round < 10; round += 1) prober.probe();
    await rounds(5);
    expect([asked().length, living()]).toEqual([1, 1]);
    prober.heard(pid);
    await until(() => asked().length === 2, { what: "the next child" });
  });

  test("counts a broken volume as failed, and a well one as none", async () => {
    answer(broken);
    start({ timeoutMs: 5000 });
    await until(() => heard.reports >= 2, { what: "two reports" });
    expect(prober?.status.probe.failures).toBeGreaterThanOrEqual(2);
    const [first, ...more] = kinds("probed");
    expect(first).toMatchObject({ ok: false, problem: "gone", again: false });
    expect(more.every((trace) => "again" in trace && trace.again)).toBe(true);
    answer(fine);
    await until(() => prober?.status.probe.failures === 0, { what: "a well one" });
  });
});

describe("a child that is silent", () => {
  test("stays the only one, and is overdue anew at each interval", async () => {
    mood("silent");
    start();
    await until(() => heard.silences >= 4, { what: "four silences" });
    for (let round = 0; round < 20; round += 1) prober?.probe();
    await until(() => heard.silences >= 6, { what: "two more" });
    expect([asked().length, living()]).toEqual([1, 1]);
    const { failures, stuckForMs } = prober?.status.probe ?? { failures: 0, stuckForMs: null };
    expect(failures).toBeGreaterThanOrEqual(6);
    expect(stuckForMs).toBeGreaterThan(300);
    expect(kinds("probeStuck")).toHaveLength(1);
    // The one line that says it is stuck is enough.
    expect(kinds("probed").every((trace) => "ok" in trace && !trace.ok && trace.again)).toBe(true);
  });

  test("that answers after all ends it; what was asked for meanwhile follows", async () => {
    mood("silent");
    start();
    await until(() => heard.silences >= 3, { what: "three silences" });
    // Which asks for a probe, too; those that follow have all the time that a busy machine needs.
    prober?.reconfigure(optionsFor({ timeoutMs: 5000 }));
    mood("answer");
    await until(() => heard.reports >= 1, { what: "the late answer" });
    expect(prober?.status.probe).toMatchObject({ failures: 0, stuckForMs: null });
    expect(kinds("probeAnswered")).toHaveLength(1);
    const silences = heard.silences;
    await until(() => heard.reports >= 4, { what: "three more reports" });
    expect([heard.silences, kinds("probeStuck").length]).toEqual([silences, 1]);
  });

  test("is not joined by another one when the question changes; the next one gets the new question", async () => {
    mood("silent");
    start();
    await until(() => heard.silences >= 2, { what: "two silences" });
    for (const name of ["second", "third"]) prober?.reconfigure(optionsFor({}, { name }));
    await until(() => heard.silences >= 5, { what: "three more" });
    expect(asked().length).toBe(1);
    mood("answer");
    await until(() => asked().length >= 2, { what: "the next child" });
    expect(
      asked()
        .map(({ request }) => (JSON.parse(request) as ProberOptions["request"]).mount.name)
        .slice(0, 2),
    ).toEqual(["dumps", "third"]);
  });

  test("that answers about a source which is not configured any more is not heard", async () => {
    mood("silent");
    start({ timeoutMs: 5000 });
    await until(() => asked().length === 1, { what: "the child" });
    const sources: unknown[] = [];
    const next = optionsFor({ timeoutMs: 5000 }, { source: "/volumes/other" });
    prober?.reconfigure({
      ...next,
      onReport: (pid, report) => {
        sources.push(
          asked()
            .findLast((each) => each.pid === pid)
            ?.request.includes("/volumes/other"),
        );
        next.onReport(pid, report);
      },
    });
    mood("answer");
    await until(() => heard.reports >= 2, { what: "two reports" });
    expect(new Set(sources)).toEqual(new Set([true]));
  });

  test("that is killed is a silence, not an answer, and is tried again", async () => {
    mood("silent");
    start();
    await until(() => heard.silences >= 1, { what: "the first silence" });
    const [{ pid } = { pid: 0 }] = asked();
    const before = heard.silences;
    process.kill(pid, "SIGKILL");
    await until(() => heard.silences > before, { what: "the silence of a dead child" });
    await until(() => asked().length === 2, { what: "the next child" });
    expect(kinds("probeAnswered")).toEqual([]);
    expect(heard.reports).toBe(0);
  });
});

describe("a child that is at work", () => {
  test("is not overdue, however long it takes, and stays the only one", async () => {
    mood("busy");
    start({ timeoutMs: 5000 });
    await until(() => asked().length === 1, { what: "the child" });
    await rounds(10);
    expect([heard.silences, heard.reports, asked().length]).toEqual([0, 0, 1]);
    mood("answer");
    await until(() => heard.reports === 1, { what: "its answer" });
  });

  test("after a silence is told once as answering, and its failures are forgotten", async () => {
    mood("silent");
    start({ timeoutMs: 200 });
    await until(() => heard.silences >= 2, { what: "two silences" });
    mood("busy");
    await until(() => heard.signs === 1, { what: "the sign" });
    await until(() => prober?.status.probe.failures === 0, { what: "the failures to be forgotten" });
    expect(prober?.status.probe.stuckForMs).toBeNull();
    expect(kinds("probeAnswered")).toHaveLength(1);
    mood("answer");
    await until(() => heard.reports >= 1, { what: "its answer" });
  });
});

describe("a rescue", () => {
  const directory = { device: "0:1", inode: 2n };

  test("is asked for with the next child, and with no other", async () => {
    start({ timeoutMs: 5000 });
    await until(() => heard.reports >= 1, { what: "a report" });
    prober?.rescue({ into: directory, bare: directory });
    const before = asked().length;
    await until(() => asked().length >= before + 3, { what: "three more" });
    const rescues = asked().filter(({ request }) => request.includes('"rescue":{"into":{"device":"0:1","inode":"2"}'));
    expect(rescues).toHaveLength(1);
  });
});

describe("children that die", () => {
  test("are tried again, each time later, up to the interval", async () => {
    mood("die");
    start({ intervalMs: 1000, timeoutMs: 900 });
    const times: number[] = [];
    for (let child = 1; child <= 4; child += 1) {
      await until(() => asked().length >= child, { what: `child ${child}` });
      times.push(monotonicMs());
    }
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps[0]).toBeGreaterThan(450);
    expect(gaps[1]).toBeGreaterThan(950);
    expect(gaps[2]).toBeGreaterThan(950);
    expect(gaps[2]).toBeLessThan(1900);
    expect(kinds("probed").at(-1)).toMatchObject({ ok: false, problem: "the volume child ended with 3" });
    mood("answer");
    await until(() => heard.reports >= 1, { what: "a report" });
    expect(prober?.status.probe.failures).toBe(0);
  });

  test("that cannot even be started are silences too", async () => {
    prober = new Prober({ ...optionsFor({}), self: [join(folder, "no-such-program")] });
    prober.probe();
    await until(() => heard.silences >= 3, { what: "three silences" });
    expect(kinds("probed")[0]).toMatchObject({ ok: false, problem: expect.stringContaining("no-such-program") });
  });
});

describe("stopping", () => {
  test.each(["answer", "die"] as const)("ends it for good: %s", async (kind) => {
    mood(kind);
    start({ timeoutMs: 5000 });
    await until(() => heard.reports + heard.silences >= 2, { what: "two outcomes" });
    prober?.stop();
    prober?.probe();
    prober?.reconfigure(optionsFor({}));
    await until(() => living() === 0, { what: "the children to end" });
    const { length } = asked();
    await rounds(10);
    expect([asked().length, living()]).toEqual([length, 0]);
  });

  test("lets a silent child end by itself when it can, and speaks of it no more", async () => {
    mood("silent");
    start();
    await until(() => heard.silences >= 2, { what: "two silences" });
    prober?.stop();
    const before = [heard.silences, heard.traces.length];
    await rounds(3);
    expect(living()).toBe(1);
    mood("answer");
    await until(() => living() === 0, { what: "the child to end" });
    expect([heard.silences, heard.traces.length, heard.reports]).toEqual([...before, 0]);
  });
});

describe("a prober that was stopped and is wanted again", () => {
  test("starts no second child beside one that is still out", async () => {
    mood("silent");
    start();
    await until(() => heard.silences >= 1, { what: "a silence" });
    prober?.stop();
    prober?.resume(optionsFor({}, { name: "again" }));
    const before = heard.silences;
    await until(() => heard.silences >= before + 3, { what: "three more silences" });
    expect([asked().length, prober?.busy]).toEqual([1, true]);
    mood("answer");
    await until(() => asked().length >= 2, { what: "the next child" });
    expect((JSON.parse(asked()[1]?.request ?? "") as ProberOptions["request"]).mount.name).toBe("again");
  });

  test("asks anew where the last report was given and not yet heard", async () => {
    const pids: number[] = [];
    const options = { ...optionsFor({ timeoutMs: 5000 }), onReport: (pid: number) => void pids.push(pid) };
    prober = new Prober(options);
    prober.probe();
    await until(() => pids.length === 1, { what: "a report" });
    prober.stop();
    expect(prober.busy).toBe(false);
    prober.resume(options);
    await until(() => pids.length === 2, { what: "another report" });
    // The keeper comes to the first one only now: the second one's child must wait for its own turn.
    prober.heard(pids[0] ?? 0);
    await until(() => !isAlive(pids[0] ?? 0), { what: "the first child to end" });
    expect([isAlive(pids[1] ?? 0), prober.busy]).toEqual([true, true]);
    prober.heard(pids[1] ?? 0);
    await until(() => !isAlive(pids[1] ?? 0), { what: "the second child to end" });
  });

  test("forgets a child that ended meanwhile", async () => {
    mood("silent");
    start();
    await until(() => heard.silences >= 1, { what: "a silence" });
    prober?.stop();
    mood("answer");
    await until(() => prober?.busy === false, { what: "the child to be forgotten" });
    prober?.resume(optionsFor({}));
    await until(() => heard.reports >= 2, { what: "two reports" });
  });
});

describe("a real child on a FUSE volume", () => {
  test("stuck in the kernel stays the only one, though it is killed, and all is well once the volume answers", async () => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    const pids: number[] = [];
    prober = new Prober({
      ...optionsFor({ intervalMs: 100, timeoutMs: 2000 }),
      self: selfIn(machine),
      request: requestFor(machine),
      onReport: (pid, report) => {
        pids.push(pid);
        if (report.volume?.problem === null) heard.reports += 1;
        prober?.heard(pid);
      },
    });
    prober.probe();
    await until(() => heard.reports >= 1, { what: "a report" });
    await volume.silent();
    await until(async () => heard.silences >= 3 && (await volume.held()) > 0, { what: "three silences" });
    const held = await volume.held();
    const children = () =>
      readFileSync(`/proc/self/task/${process.pid}/children`, "utf8")
        .split(" ")
        .filter((pid) => pid !== "" && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("volume-child"));
    const [stuck, ...more] = children();
    expect(more).toEqual([]);
    process.kill(Number(stuck), "SIGKILL");
    const before = heard.silences;
    await until(() => heard.silences >= before + 3, { what: "three more" });
    expect([children(), await volume.held()]).toEqual([[stuck ?? ""], held]);

    await volume.answer();
    const { length } = pids;
    await until(() => pids.length > length + 1, { what: "two more reports" });
    expect(prober.status.probe).toMatchObject({ failures: 0, stuckForMs: null });
    expect(prober.status.space?.sizeBytes).toBe(64 * 1024 * 1024);
    prober.stop();
    await until(() => children().length === 0, { what: "the last child to end" });
  });
});
