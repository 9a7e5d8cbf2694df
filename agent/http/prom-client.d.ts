// The package's front door loads its cluster, push gateway and default metrics too: with their node:http, node:zlib and
// node:cluster they cost 10 MB of memory and 2.7 MB of binary. So its parts are imported one by one, with its own types.
declare module "prom-client/lib/counter.js" {
  export { Counter as default } from "prom-client";
}
declare module "prom-client/lib/gauge.js" {
  export { Gauge as default } from "prom-client";
}
declare module "prom-client/lib/histogram.js" {
  export { Histogram as default } from "prom-client";
}
declare module "prom-client/lib/registry.js" {
  export { Registry as default } from "prom-client";
}
