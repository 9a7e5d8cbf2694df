import { getXattr } from "../../../agent/kernel/inode.ts";
import { AT_FDCWD, NO_LINKS, O_DIRECTORY, O_RDONLY, openat2 } from "../../../agent/kernel/open.ts";

/** Says whether the bare directory that is its argument bears the agent's record. */
const [path = ""] = process.argv.slice(2);
const fd = openat2(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, NO_LINKS);
console.log(getXattr(fd, path, "trusted.mooring") === null ? "none" : "record");
