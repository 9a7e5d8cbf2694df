import type { FC, PropsWithChildren } from "hono/jsx";
import { printable } from "../../core/printable.ts";
import { count, sayBytes, sayDuration } from "../../core/say.ts";
import type { MountStatus, Space } from "../../core/status.ts";
import { fullness, toneOf, usedShare } from "./tone.ts";

/** One mount: what is wrong first, then what it is. Hono escapes text; `printable` shows what would be invisible. */
export const MountCard: FC<{ mount: MountStatus; now: number }> = ({ mount, now }) => {
  const { condition, space } = mount;
  return (
    <article class={toneOf(condition)}>
      <div class="title">
        <h2>{printable(mount.name)}</h2>
        <span class="state">
          {condition.state} · {condition.reason}
        </span>
        <span class="age">for {sayDuration(now - condition.since)}</span>
      </div>
      <p class="message">{printable(condition.message)}</p>
      {space === null ? null : <SpaceBar space={space} />}
      <dl>
        <Fact name="Source">
          {mount.source === null ? "none: the target is only watched" : <Path of={mount.source} />}
        </Fact>
        <Fact name="Target">
          <Path of={mount.target} />
        </Fact>
        {mount.hostPath === mount.target ? null : (
          <Fact name="Node path">
            <Path of={mount.hostPath} />
          </Fact>
        )}
        <Fact name="Mounted">{sayMounted(mount)}</Fact>
        <Fact name="Probe">{sayProbe(mount, now)}</Fact>
        <Fact name="Beneath">{sayBareDirectory(mount)}</Fact>
      </dl>
    </article>
  );
};

const Fact: FC<PropsWithChildren<{ name: string }>> = ({ name, children }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

const Path: FC<{ of: string }> = ({ of }) => (
  <code>
    <bdi>{printable(of, 4096)}</bdi>
  </code>
);

const SpaceBar: FC<{ space: Space }> = ({ space }) => {
  const { sizeBytes, availBytes, files, filesFree } = space;
  const used = usedShare(sizeBytes, availBytes);
  const inodes = usedShare(files, filesFree);
  if (used === null) return null;
  // Drawn in attributes of the picture: the policy allows no style but the sheet's.
  return (
    <div class={`space ${fullness(space)}`}>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect class="all" width="100" height="1" />
        <rect class="used" width={(used * 100).toFixed(1)} height="1" />
      </svg>
      <p>
        <span>
          {sayBytes(sizeBytes - availBytes)} of {sayBytes(sizeBytes)} used ({(used * 100).toFixed(0)} %)
        </span>
        <span>
          {inodes === null ? `${sayBytes(availBytes)} free` : `${(inodes * 100).toFixed(0)} % of inodes used`}
        </span>
      </p>
    </div>
  );
};

const sayMounted = ({ attached, verified, stackDepth, options, identity }: MountStatus): string => {
  if (!attached) return stackDepth === 0 ? "nothing" : `something else, ${count(stackDepth, "mount")} deep`;
  const what = identity === null ? "the right mount" : `${identity.fsType} from ${identity.source}`;
  const stacked = stackDepth > 1 ? `, ${stackDepth} mounts stacked` : "";
  return printable(`${what}${stacked} (${options.join(", ")})${verified ? "" : ", not verified"}`);
};

const sayProbe = ({ probe }: MountStatus, now: number): string => {
  const { lastAt, durationMs, failures, stuckForMs } = probe;
  const last =
    lastAt === null
      ? "none yet"
      : `${sayDuration(now - Date.parse(lastAt))} ago${durationMs === null ? "" : `, took ${sayDuration(durationMs)}`}`;
  const failed = failures === 0 ? "" : `; ${count(failures, "failure")} in a row`;
  const stuck = stuckForMs === null ? "" : `; one has not answered for ${sayDuration(stuckForMs)}`;
  return `${last}${failed}${stuck}`;
};

const sayBareDirectory = ({ bareDirectory }: MountStatus): string => {
  if (bareDirectory === null) return "not looked at";
  const { locked, immutable, shadowed } = bareDirectory;
  const lock = locked
    ? "locked"
    : immutable
      ? "not locked: writable while the mount is away"
      : "not locked: its file system cannot";
  return `bare directory ${lock}${shadowed === 0 ? "" : `; ${count(shadowed, "hidden entry").replace("entrys", "entries")}`}`;
};
