import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { Agent, type AgentOptions, releaseBuild } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

const portOf = (agent: Agent): number => Number(new URL(agent.url).port);

/** Opens a connection and sends what is given; whatever becomes of it. */
const open = (agent: Agent, bytes: string): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect({ port: portOf(agent), host: "127.0.0.1" }, () => {
      socket.write(bytes, "latin1");
      resolve(socket);
    });
    socket.on("error", () => resolve(socket));
  });

const many = (agent: Agent, count: number, bytes: string): Promise<Socket[]> =>
  Promise.all(Array.from({ length: count }, () => open(agent, bytes)));

/** All that comes back until the agent closes. */
const exchange = async (agent: Agent, bytes: string): Promise<string> => {
  const socket = await open(agent, bytes);
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk.toString("latin1");
  });
  await new Promise((resolve) => socket.on("close", resolve));
  return answer;
};

const megabytesOf = (agent: Agent): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${agent.program.pid}/status`, "utf8"))?.[1]) / 1024;

const host = "Host: x\r\n";
const paths = ["/", "/livez", "/healthz", "/readyz", "/metrics", "/api/v1/status"];

test("every request gets the right answer, whatever it is like, and nothing on the machine changes by it", async () => {
  using machine = await Machine.start();
  const agent = await Agent.start(machine);
  await agent.until("Healthy");
  const mounts = machine.mountinfo();
  const cases: [request: string, answer: string][] = [
    ...paths.map((path): [string, string] => [`GET ${path} HTTP/1.1\r\n${host}\r\n`, "200 OK"]),
    ...paths.map((path): [string, string] => [`HEAD ${path} HTTP/1.1\r\n${host}\r\n`, "200 OK"]),
    ...["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "RELEASE"].flatMap((method) =>
      paths.map((path): [string, string] => [`${method} ${path} HTTP/1.1\r\n${host}\r\n`, "405 Method Not Allowed"]),
    ),
    [`POST /livez HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`, "405 Method Not Allowed"],
    ["GET /livez HTTP/1.0\r\n\r\n", "200 OK"],
    [`GET /../../etc/passwd HTTP/1.1\r\n${host}\r\n`, "404 Not Found"],
    [`GET /livez%00 HTTP/1.1\r\n${host}\r\n`, "404 Not Found"],
    [`GET /%zz%c0%af HTTP/1.1\r\n${host}\r\n`, "404 Not Found"],
    [`GET /l%69vez HTTP/1.1\r\n${host}\r\n`, "200 OK"],
    [`GET /${"a".repeat(100_000)} HTTP/1.1\r\n${host}\r\n`, "414 URI Too Long"],
    [`GET / HTTP/1.1\r\n${host}A: ${"a".repeat(100_000)}\r\n\r\n`, "431 Request Header Fields Too Large"],
    [`GET / HTTP/1.1\r\n${host}${"a: b\r\n".repeat(10_000)}\r\n`, "431 Request Header Fields Too Large"],
    [`GET / HTTP/1.1\r\n${host}Content-Length: 1000000\r\n\r\n${"a".repeat(1_000_000)}`, "413 Content Too Large"],
    [`GET / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n`, "413 Content Too Large"],
    [`GET / HTTP/1.1\r\n${host}Accept-Encoding: gzip, br;q=\xff\r\n\r\n`, "200 OK"],
    ["\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n", "400 Bad Request"],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported"],
  ];
  for (const [request, answer] of cases) {
    const found = await exchange(agent, request);
    expect([request.slice(0, 60), found.slice(9, found.indexOf("\r\n"))]).toEqual([request.slice(0, 60), answer]);
    expect(found.toLowerCase()).toContain("\r\nconnection: close\r\n");
    if (answer.startsWith("405")) expect(found.toLowerCase()).toContain("\r\nallow: get, head\r\n");
    if (request.startsWith("HEAD")) expect(found).toEndWith("\r\n\r\n");
  }
  expect(await exchange(agent, `GET /livez HTTP/1.1\r\n${host}\r\n`.repeat(10_000))).toEndWith("\r\n\r\nlive\n");
  expect(machine.mountinfo()).toEqual(mounts);
  expect(agent.events("attached")).toHaveLength(1);
  expect(agent.program.errors).toEqual([]);
});

/** What a kubelet gives a probe by default: a second, on a connection of its own. */
const PROBE_MS = 1000;

const probe = async (agent: Agent): Promise<number> => {
  const begin = performance.now();
  for (const path of ["/livez", "/readyz"])
    expect(await exchange(agent, `GET ${path} HTTP/1.1\r\n${host}\r\n`)).toStartWith("HTTP/1.1 200 OK\r\n");
  return (performance.now() - begin) / 2;
};

const holding: Record<string, (agent: Agent) => Promise<Socket[]>> = {
  "1 000 connections that say nothing": (agent) => many(agent, 1000, ""),
  "1 000 connections that never finish their headers": (agent) => many(agent, 1000, `GET / HTTP/1.1\r\n${host}A: `),
  "1 000 connections with a piece of a header every 100 ms": async (agent) => {
    const sockets = await many(agent, 1000, `GET / HTTP/1.1\r\n${host}A: `);
    const timer = setInterval(() => {
      const open = sockets.filter(({ destroyed, writable }) => !destroyed && writable);
      if (open.length === 0) clearInterval(timer);
      for (const socket of open) socket.write("a");
    }, 100);
    return sockets;
  },
  "1 000 connections that ask much and read nothing": async (agent) => {
    const sockets = await many(agent, 1000, `GET /metrics HTTP/1.1\r\n${host}\r\n`.repeat(200));
    for (const socket of sockets) socket.pause();
    return sockets;
  },
};

describe("while somebody holds", () => {
  /** Plenty, and far fewer than that somebody has. */
  const machines: [name: string, descriptors: number][] = [
    ["", 10_000],
    [", with 256 descriptors for the agent", 256],
  ];
  const cases = Object.entries(holding).flatMap(([name, hold]) =>
    machines.map(([more, descriptors]) => [`${name}${more}`, hold, descriptors] as const),
  );
  test.each(cases)(
    "%s: probes are answered, the mount is healed, all of it is bounded",
    async (_, hold, descriptors) => {
      using machine = await Machine.start();
      const binary = `${machine.root}/limited`;
      await machine.write(binary, `#!/bin/sh\nulimit -n ${descriptors}\nexec ${releaseBuild} "$@"\n`);
      await machine.sh(`chmod +x "$1"`, { args: [binary] });
      const options: AgentOptions = { binary, config: { monitor: { interval: "1s", timeout: "900ms", failures: 3 } } };
      const agent = await Agent.start(machine, options);
      await agent.until("Healthy");
      const before = { descriptors: agent.descriptors(), megabytes: megabytesOf(agent) };
      const sockets = await hold(agent);
      const times: number[] = [];
      for (let round = 0; round < 20; round += 1) times.push(await probe(agent));
      expect(times.sort((a, b) => a - b)[18]).toBeLessThan(PROBE_MS);
      expect(agent.descriptors()).toBeLessThanOrEqual(Math.min(512, descriptors / 2) + before.descriptors + 10);
      expect(megabytesOf(agent)).toBeLessThan(before.megabytes + 64);

      await machine.sh(`umount -l "$1"`, { args: [machine.target] });
      expect((await agent.event("attached", 2)).how).toBe("healed");
      await agent.probed();
      expect((await agent.mount()).condition.state).toBe("Healthy");
      for (const socket of sockets) socket.destroy();
      await until(() => agent.descriptors() <= before.descriptors + 2, { what: "every connection to be let go" });
      expect(agent.program.errors).toEqual([]);
    },
  );
});

test("a flood of scrapes costs bounded memory, and keeps no probe from its answer", async () => {
  using machine = await Machine.start();
  const agent = await Agent.start(machine);
  await agent.until("Healthy");
  const before = megabytesOf(agent);
  let over = false;
  const clients = Array.from({ length: 200 }, async () => {
    let answers = 0;
    for (; !over; answers += 1) await exchange(agent, `GET /metrics HTTP/1.1\r\n${host}\r\n`);
    return answers;
  });
  for (let round = 0; round < 10; round += 1) await probe(agent);
  await machine.sh(`umount -l "$1"`, { args: [machine.target] });
  await until(() => machine.mountsAt(machine.target).length === 1, { what: "it to be healed" });
  over = true;
  expect((await Promise.all(clients)).every((answers) => answers > 0)).toBe(true);
  expect(megabytesOf(agent)).toBeLessThan(before + 100);
});
