// Run by the agent's own binary as a JavaScript runtime (BUN_BE_BUN=1), so that `helm test` needs no second image.
// Every mount is given as name:host path:direct path:writable; the direct path is empty where only the agent can mount the volume.
const fs = require("node:fs");

const mountPoints = fs.readFileSync("/proc/self/mountinfo", "utf8").split("\n").map((line) => line.split(" ")[4]);
let failed = 0;

for (const entry of process.argv.slice(2)) {
  const [name, hostPath, direct, writable] = entry.split(":");
  try {
    if (!mountPoints.includes(`/host${hostPath}`)) throw new Error(`nothing is mounted at ${hostPath}`);
    if (writable !== "true") {
      console.log(`${name}: ${hostPath} is mounted`);
      continue;
    }
    const file = `.mooring-test-${process.env.POD_UID}`;
    const written = `${name} ${process.env.NODE_NAME} ${Date.now()}`;
    fs.writeFileSync(`/host${hostPath}/${file}`, written);
    let read;
    try {
      read = fs.readFileSync(direct ? `${direct}/${file}` : `/host${hostPath}/${file}`, "utf8");
    } finally {
      fs.unlinkSync(`/host${hostPath}/${file}`);
    }
    if (read !== written) throw new Error(`wrote "${written}" through the host path, read "${read}" from the volume`);
    console.log(`${name}: a file written to ${hostPath} ${direct ? "is in the volume" : "was read back"}`);
  } catch (error) {
    failed++;
    console.error(`${name}: ${error.message}`);
  }
}
process.exit(failed ? 1 : 0);
