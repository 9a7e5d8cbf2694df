import { isErrno, must } from "./error.ts";
import { allocate, type Block, CString, readCString } from "./memory.ts";
import { syscall } from "./syscall.ts";

/** XATTR_SIZE_MAX and XATTR_LIST_MAX of include/uapi/linux/limits.h. */
const LIMIT = 64 * 1024;
/** SELinux labels what is made by where it is made. */
const OF_THE_PLACE = "security.selinux";

const name = new CString();
let room: { names: Block; value: Block } | null = null;

/**
 * Copies all extended attributes from one open file to another: flistxattr(2), fgetxattr(2), fsetxattr(2). False when
 * some could not be: the other file system may have none, or too little room for them.
 */
export function copyAttributes(from: number, to: number, path: string): boolean {
  room ??= { names: allocate(LIMIT), value: allocate(LIMIT) };
  const { names, value } = room;
  const length = syscall("flistxattr", from, names.address, LIMIT);
  if (length === -95) return true;
  must("flistxattr", path, length);
  let isWhole = true;
  for (let at = 0; at < length; at = names.bytes.indexOf(0, at) + 1) {
    const attribute = readCString(names.bytes, at);
    if (attribute !== OF_THE_PLACE && !copyAttribute(from, to, path, attribute, value)) isWhole = false;
  }
  return isWhole;
}

function copyAttribute(from: number, to: number, path: string, attribute: string, value: Block): boolean {
  try {
    const address = name.set("fgetxattr", attribute);
    const size = must("fgetxattr", path, syscall("fgetxattr", from, address, value.address, LIMIT));
    must("fsetxattr", path, syscall("fsetxattr", to, address, value.address, size, 0));
    return true;
  } catch (error) {
    if (isErrno(error, "EOPNOTSUPP", "EPERM", "EACCES", "ENOSPC", "EDQUOT", "E2BIG", "ERANGE", "ENODATA")) return false;
    throw error;
  }
}
