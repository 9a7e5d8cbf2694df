import { afterEach, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { type HttpServer, serve } from "../../agent/http/server.ts";

let servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
});

const app = { fetch: (request: Request) => new Response(`${request.method} ${new URL(request.url).pathname}`) };
const started = (host = "::", port = 0): HttpServer => {
  const server = serve({ app, host, port });
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
      return Bun.serve(options);
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

test("huge and odd requests are refused by the server itself, and the next one is answered", async () => {
  const { port } = started();
  const host = "Host: x\r\n";
  const refused: [request: string, answer: string][] = [
    [`GET / HTTP/1.1\r\n${host}A: ${"a".repeat(20_000)}\r\n\r\n`, "HTTP/1.1 431"],
    [`GET / HTTP/1.1\r\n${host}${"a: b\r\n".repeat(1000)}\r\n`, "HTTP/1.1 431"],
    [`GET /${"a".repeat(100_000)} HTTP/1.1\r\n${host}\r\n`, "HTTP/1.1 431"],
    [`POST / HTTP/1.1\r\n${host}Content-Length: 1000\r\n\r\n`, "HTTP/1.1 413"],
    [`POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, "HTTP/1.1 400"],
    ["GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400"],
    ["\0\x01\x02 garbage\r\n\r\n", "HTTP/1.1 400"],
    ["frob / HTTP/1.1\r\n\r\n", ""],
  ];
  for (const [request, answer] of refused) {
    expect((await exchange(port, request)).slice(0, answer.length)).toBe(answer);
    expect(await (await fetch(`http://127.0.0.1:${port}/next`)).text()).toBe("GET /next");
  }
});

test("a thousand connections that say nothing do not keep anybody else from an answer", async () => {
  const { port } = started();
  const idle = await Promise.all(
    Array.from(
      { length: 1000 },
      () =>
        new Promise<Socket>((resolve) => {
          const socket = connect({ port, host: "127.0.0.1" }, () => {
            socket.write("GET / HTTP/1.1\r\n");
            resolve(socket);
          });
          socket.on("error", () => {});
        }),
    ),
  );
  const asked = performance.now();
  expect(await (await fetch(`http://127.0.0.1:${port}/livez`)).text()).toBe("GET /livez");
  expect(performance.now() - asked).toBeLessThan(50);
  for (const socket of idle) socket.destroy();
});
