import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseRecord, recordOf, writeRecord } from "../../agent/keeper/record.ts";
import { expected } from "../core/facts-of.ts";

const agent = { instance: "mooring", holder: "pod-a (pid 1)" };
const mountedOf = (root: string) => ({ superDevice: "8:17", fsType: "ext4", source: "/dev/sdb1", root });

describe("a record", () => {
  test("names first what is about to be mounted, then what it takes the place of", () => {
    const earlier = { ...agent, uuid: "uuid-0", mounted: [mountedOf("/old"), mountedOf("/dumps")] };
    expect(recordOf(agent, expected, earlier)).toEqual({
      ...agent,
      uuid: "uuid-1",
      mounted: [mountedOf("/dumps"), mountedOf("/old")],
    });
  });

  test("names also what the kernel shows of it, where that is something else", () => {
    const shown = { ...mountedOf("/"), source: "/dev/sdb1/dumps" };
    const { mounted } = recordOf(agent, expected, { ...agent, uuid: null, mounted: [mountedOf("/old"), shown] }, shown);
    expect(mounted).toEqual([mountedOf("/dumps"), shown, mountedOf("/old")]);
    expect(recordOf(agent, expected, null, expected).mounted).toEqual([mountedOf("/dumps")]);
  });

  test("keeps what an earlier one says while nothing is expected", () => {
    const earlier = { instance: "x", holder: "y", uuid: "uuid-0", mounted: [mountedOf("/old")] };
    expect(recordOf(agent, null, earlier)).toEqual({ ...agent, uuid: "uuid-0", mounted: [mountedOf("/old")] });
    expect(recordOf(agent, null, null)).toEqual({ ...agent, uuid: null, mounted: [] });
  });

  test("stays small however often the source changes", () => {
    let record = recordOf(agent, null, null);
    for (let index = 0; index < 100; index++) record = recordOf(agent, { ...expected, root: `/${index}` }, record);
    expect(record.mounted.map(({ root }) => root)).toEqual(["/99", "/98", "/97", "/96"]);
  });

  test("is read back as it was written", () => {
    const text = fc.string({ unit: "binary" });
    const mounted = fc.array(fc.record({ superDevice: text, fsType: text, source: text, root: text }), {
      maxLength: 4,
    });
    const uuid = fc.option(text, { nil: null });
    fc.assert(
      fc.property(fc.record({ instance: text, holder: text, uuid, mounted }), (record) => {
        expect(parseRecord(writeRecord(record))).toEqual(record);
      }),
    );
  });

  test("that is none is none, whatever somebody wrote there", () => {
    expect(parseRecord(null)).toBeNull();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const record = parseRecord(text);
        if (record) expect(Object.keys(record)).toEqual(["instance", "holder", "uuid", "mounted"]);
      }),
    );
  });

  test("of another shape is taken as far as it is one", () => {
    const odd = {
      instance: "i",
      holder: "h",
      uuid: 7,
      mounted: [null, { fsType: "ext4" }, mountedOf("/a"), "x"],
      more: 1,
    };
    expect(parseRecord(JSON.stringify(odd))).toEqual({
      instance: "i",
      holder: "h",
      uuid: null,
      mounted: [mountedOf("/a")],
    });
    expect(parseRecord('{"instance":"i","holder":"h","mounted":{}}')?.mounted).toEqual([]);
  });
});
