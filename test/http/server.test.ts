import { afterEach, expect, spyOn, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { type HttpServer, type ServeOptions, serve } from "../../agent/http/server.ts";
import { unreadBytes } from "../../agent/kernel/socket.ts";
import { Program } from "../kernel/harness/program.ts";
import { patience, until } from "../kernel/harness/until.ts";

let servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
});

const app = { fetch: (request: Request) => new Response(`${request.method} ${new URL(request.url).pathname}`) };
const started = (host = "::", port = 0, options: Partial<ServeOptions> = {}): HttpServer => {
  const server = serve({ app, host, port, ...options });
  servers.push(server);
  return server;
};

/** Sends bytes and gives all that comes back until the other side closes. */
const exchange = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = "";
    const socket: Socket = connect({ port, host: "127.0.0.1" }, () => void socket.write(bytes, "latin1"));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });

test(":: listens on both families", async () => {
  const { port, url } = started();
  expect(url).toBe(`http://[::]:${port}/`);
  for (const host of ["127.0.0.1", "[::1]"])
    expect(await (await fetch(`http://${host}:${port}/x`)).text()).toBe("GET /x");
});

test("where IPv6 is missing, :: means every IPv4 address", async () => {
  for (const code of ["EAFNOSUPPORT", "EADDRNOTAVAIL"]) {
    const server = serve({ app, host: "::", port: 0 }, (options) => {
      if (options.hostname === "::") throw Object.assign(new Error(code), { code });
      return Bun.listen(options);
    });
    servers.push(server);
    expect(server.url).toBe(`http://0.0.0.0:${server.port}/`);
    expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe("GET /");
  }
});

test("a port is not shared: the second one is told what to do", () => {
  const { port } = started();
  for (const host of ["::", "0.0.0.0", "127.0.0.1"])
    expect(() => started(host, port)).toThrow(
      `http.port ${port} is in use by another process on ${host}; choose another with http.port or HTTP_PORT`,
    );
});

test("an address that is not this machine's is named", () => {
  for (const host of ["203.0.113.9", "no-such-host.invalid", "fe80::1"])
    expect(() => started(host)).toThrow(`http.host ${host} is no address of this machine; "::" means all of them`);
});

test("after stop the port is free", async () => {
  const { port } = started();
  await servers.pop()?.stop();
  started("::", port);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("GET /");
});

test("HTTP/1.0 without a Host, as old health checkers speak it, is answered", async () => {
  const { port } = started();
  expect(await exchange(port, "GET /livez HTTP/1.0\r\n\r\n")).toEndWith("\r\n\r\nGET /livez");
});

const get = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";

test("one request to a connection: what comes after it is not looked at", async () => {
  const { port } = started();
  expect(await exchange(port, get.repeat(100))).toEndWith("\r\n\r\nGET /x");
  expect((await exchange(port, get.repeat(100))).match(/HTTP/g)).toHaveLength(1);
});

test("who has ended its own side still gets the answer", async () => {
  const { port } = started();
  const answer = await new Promise<string>((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => void socket.end(get));
    socket.on("data", (chunk) => resolve(chunk.toString()));
  });
  expect(answer).toEndWith("GET /x");
});

test("an answer larger than the kernel takes at once arrives whole", async () => {
  const large = "x".repeat(20_000_000);
  const { port } = started("::", 0, { app: { fetch: () => new Response(large) } });
  expect((await (await fetch(`http://127.0.0.1:${port}/`)).text()).length).toBe(large.length);
});

test("a request that does not end is answered 408, however much still comes, and one that does not begin is closed", async () => {
  const { port } = started("::", 0, { limits: { requestMs: 200 } });
  expect(await exchange(port, "GET / HTTP/1.1\r\n")).toStartWith("HTTP/1.1 408 Request Timeout\r\n");
  expect(await exchange(port, "")).toBe("");
  const drip = connect({ port, host: "127.0.0.1" }, () => void drip.write("GET / HTTP/1.1\r\nA: "));
  drip.on("error", () => {});
  const timer = setInterval(() => drip.write("a"), 10);
  await new Promise((resolve) => drip.on("close", resolve));
  clearInterval(timer);
});

test("who does not take its answer is cut off", async () => {
  const fetch = () => new Response("x".repeat(20_000_000));
  const { port } = started("::", 0, { app: { fetch }, limits: { answerMs: 200 } });
  const slow = connect({ port, host: "127.0.0.1" }, () => void slow.write(get));
  slow.on("error", () => {});
  await new Promise((resolve) => slow.once("data", resolve));
  slow.pause();
  await until(() => openConnections(port) === 0, { what: "the server to have closed it" });
  slow.destroy();
});

test("in a full house the oldest that has not asked makes room", async () => {
  const { port } = started("::", 0, { limits: { connections: 10 } });
  const half = () =>
    new Promise<Socket>((resolve) => {
      const socket = connect({ port, host: "127.0.0.1" }, () => void socket.write("GET / ", () => resolve(socket)));
      socket.on("error", () => {});
    });
  const idle: Socket[] = [];
  for (let count = 0; count < 30; count += 1) idle.push(await half());
  await until(() => openConnections(port) === 10, { what: "ten to be left" });
  expect(await exchange(port, get)).toEndWith("GET /x");
  await until(() => openConnections(port) === 9, { what: "one less: it made room for who has asked" });
  for (const socket of idle) socket.destroy();
});

test("who has asked keeps its place, however many come before anybody reads that", async () => {
  const { port } = started("::", 0, { limits: { connections: 10 }, unread: unreadBytes });
  using crowd = new Program([process.execPath, "-e", comesInACrowd, String(port), get.replaceAll("\r\n", "|")]);
  // All of them are connected before this thread, which serves, looks at the port.
  const end = performance.now() + patience;
  while (openConnections(port) < 41 && performance.now() < end) Bun.sleepSync(1);
  expect(await crowd.line(() => true, { what: "an answer" })).toBe("answered GET /x");
});

/** One asks, and then forty come who say nothing; says what the one was answered. */
const comesInACrowd = `
  const { connect } = require("net");
  const [port, request] = process.argv.slice(1);
  const come = (words) => new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(words, () => resolve(socket)));
    socket.on("error", () => {});
  });
  const asks = await come(request.replaceAll("|", "\\r\\n"));
  let answer = "";
  asks.on("data", (chunk) => (answer += chunk));
  asks.on("close", () => console.log("answered " + answer.split("\\r\\n").at(-1)));
  for (let count = 0; count < 40; count += 1) await come("");
`;

test("never more than half of the descriptors", async () => {
  const { port } = started("::", 0, { descriptors: 8 });
  const idle = Array.from({ length: 20 }, () => connect({ port, host: "127.0.0.1" }).on("error", () => {}));
  for (const socket of idle) socket.write("GET / ");
  expect(await exchange(port, get)).toEndWith("GET /x");
  expect(openConnections(port)).toBeLessThanOrEqual(4);
  for (const socket of idle) socket.destroy();
});

test("an app that throws costs its own answer only", async () => {
  let calls = 0;
  const fetch = async () => {
    calls += 1;
    if (calls === 1) throw new Error("a bug");
    return new Response("well");
  };
  const { port } = started("::", 0, { app: { fetch } });
  const told = spyOn(console, "error").mockImplementation(() => {});
  expect(await exchange(port, get)).toStartWith("HTTP/1.1 500 ");
  expect(told).toHaveBeenCalledTimes(1);
  told.mockRestore();
  expect(await exchange(port, get)).toEndWith("well");
});

/** Connections to the port that the server's side has open: proc_net_tcp(5), state 01, IPv4 and mapped. */
const openConnections = (port: number): number => {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].map((path) => readFileSync(path, "utf8"));
  return tables
    .join("\n")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => address?.endsWith(local) && state === "01").length;
};
