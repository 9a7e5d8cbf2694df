import { expect, test } from "bun:test";
import { apartOf } from "../../../agent/core/report/apart.ts";
import { reachesOf } from "../../../agent/core/report/reach.ts";
import { dumps, type Given, podOf, traces } from "./pods.ts";

const apartIn = (given: Given) => apartOf(reachesOf(podOf(given), [dumps, traces]), dumps);

test("what a pod shows of a mount, and nothing of the mount itself, its parent or another one", () => {
  expect(apartIn({ path: "/var/lib/mooring/dumps/app.log" })).toEqual({ roots: ["app.log"], points: [] });
  expect(apartIn({ mount: { subPath: "dumps/app/log" } })).toEqual({ roots: ["app/log"], points: [] });
  for (const path of ["/var/lib/mooring", "/var/lib/mooring/dumps", "/var/lib/mooring/traces/log"])
    expect(apartIn({ path })).toEqual({ roots: [], points: [] });
});

test("where a container has something else mounted within", () => {
  const withMounts = (mountPath: string, ...others: string[]) => ({
    container: {
      volumeMounts: [{ name: "v", mountPath }, ...others.map((other) => ({ name: "other", mountPath: other }))],
      terminationMessagePath: "/d/dumps/app/end",
    },
  });
  expect(
    apartIn(withMounts("/d", "/d/dumps/cache/", "/d/dumps/app/end", "/d/traces/cache", "/d/dumps", "/dd/x")),
  ).toEqual({
    roots: [],
    points: ["app/end", "cache"],
  });
  expect(apartIn({ path: "/var/lib/mooring/dumps/app", ...withMounts("/data/", "/data/cache") })).toEqual({
    roots: ["app"],
    points: ["app/cache"],
  });
});
