// fuse DIRECTORY
//
// Mounts a file system of its own at DIRECTORY and serves it over /dev/fuse, from memory: enough of one to be a volume.
// It is there to be a bad one on command. Each line on stdin is obeyed and then acknowledged by one line on stdout:
//
//   silent       goes on reading requests and holds them without an answer
//   answer       answers what it holds, in order, and everything that comes after
//   errno NAME   answers every request with EIO, ESTALE or ENOTCONN, what it holds too
//   no flags     refuses renames that must not replace anything (EINVAL), as NFS does
//   held         says how many requests it holds
//   quit         ends (as the end of stdin does); the mount is left behind and answers ENOTCONN
//
// The protocol is <linux/fuse.h>; operations that are not here get ENOSYS, which the kernel takes for "not supported".
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { WRITE_MAX = 128 * 1024, REQUEST_MAX = WRITE_MAX + 4096, BLOCK = 4096, BLOCKS = 16 * 1024 };

// ---- the tree -------------------------------------------------------------------------------------------------------

struct node {
  uint64_t number, lookups, size;
  uint32_t mode, uid, gid, links;
  struct timespec atime, mtime, ctime;
  char *data; // of files and symbolic links
  struct node *parent; // of directories
  struct entry *entries;
};

struct entry {
  char *name;
  struct node *node;
  struct entry *next;
};

static uint64_t last_number = FUSE_ROOT_ID, blocks_used;
static int no_flags;
static struct node root;

static void *need(void *memory) {
  if (!memory) abort();
  return memory;
}

static struct timespec clock_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t;
}

static struct node *node_of(uint64_t number) {
  return number == FUSE_ROOT_ID ? &root : (struct node *)(uintptr_t)number;
}

// The kernel's node ids are addresses: a node lives until nothing names it and the kernel has forgotten it.
static uint64_t id_of(struct node *node) { return node == &root ? FUSE_ROOT_ID : (uint64_t)(uintptr_t)node; }

static void release_if_unused(struct node *node) {
  if (node == &root || node->links || node->lookups) return;
  if (S_ISREG(node->mode)) blocks_used -= (node->size + BLOCK - 1) / BLOCK;
  free(node->data);
  free(node);
}

static struct entry **find(struct node *directory, const char *name) {
  struct entry **at = &directory->entries;
  while (*at && strcmp((*at)->name, name) != 0) at = &(*at)->next;
  return at;
}

static struct node *make(uint32_t mode, const struct fuse_in_header *from) {
  struct node *node = need(calloc(1, sizeof *node));
  node->number = ++last_number;
  node->mode = mode;
  node->uid = from->uid;
  node->gid = from->gid;
  node->atime = node->mtime = node->ctime = clock_now();
  return node;
}

// At the end: a listing that is read while files are made neither repeats nor skips those it had.
static void add(struct node *directory, const char *name, struct node *node) {
  struct entry *entry = need(malloc(sizeof *entry));
  *entry = (struct entry){.name = need(strdup(name)), .node = node};
  struct entry **at = &directory->entries;
  while (*at) at = &(*at)->next;
  *at = entry;
  node->links++;
  if (S_ISDIR(node->mode)) node->parent = directory;
  directory->mtime = directory->ctime = clock_now();
}

static void drop(struct node *directory, struct entry **at) {
  struct entry *entry = *at;
  *at = entry->next;
  entry->node->links--;
  entry->node->ctime = directory->mtime = directory->ctime = clock_now();
  release_if_unused(entry->node);
  free(entry->name);
  free(entry);
}

static int resize(struct node *node, uint64_t size) {
  uint64_t before = (node->size + BLOCK - 1) / BLOCK, after = (size + BLOCK - 1) / BLOCK;
  if (after > before && blocks_used + after - before > BLOCKS) return -ENOSPC;
  if (size > node->size) {
    node->data = need(realloc(node->data, size));
    memset(node->data + node->size, 0, size - node->size);
  }
  blocks_used += after - before;
  node->size = size;
  node->mtime = node->ctime = clock_now();
  return 0;
}

// ---- answers --------------------------------------------------------------------------------------------------------

static int device;

static void reply(uint64_t unique, int error, const void *body, size_t length) {
  struct fuse_out_header header = {.len = sizeof header + (error ? 0 : length), .error = error, .unique = unique};
  struct iovec parts[] = {{&header, sizeof header}, {(void *)body, error ? 0 : length}};
  // ENOENT: the request was given up by the kernel. Anything else means the mount is gone, which read() will tell.
  if (writev(device, parts, 2) < 0 && errno != ENOENT) perror("fuse: answer");
}

static struct fuse_attr attributes(const struct node *node) {
  return (struct fuse_attr){
      .ino = node->number,
      .size = node->size,
      .blocks = (node->size + 511) / 512,
      .atime = node->atime.tv_sec,
      .mtime = node->mtime.tv_sec,
      .ctime = node->ctime.tv_sec,
      .atimensec = node->atime.tv_nsec,
      .mtimensec = node->mtime.tv_nsec,
      .ctimensec = node->ctime.tv_nsec,
      .mode = node->mode,
      .nlink = S_ISDIR(node->mode) ? 2 : node->links,
      .uid = node->uid,
      .gid = node->gid,
      .blksize = BLOCK,
  };
}

// No timeout on names and attributes: the kernel asks each time, so that silence and errors are seen at once.
static struct fuse_entry_out entry_out(struct node *node) {
  node->lookups++;
  return (struct fuse_entry_out){.nodeid = id_of(node), .attr = attributes(node)};
}

static void reply_entry(uint64_t unique, struct node *node) {
  struct fuse_entry_out out = entry_out(node);
  reply(unique, 0, &out, sizeof out);
}

static void reply_attributes(uint64_t unique, struct node *node) {
  struct fuse_attr_out out = {.attr = attributes(node)};
  reply(unique, 0, &out, sizeof out);
}

// ---- operations -----------------------------------------------------------------------------------------------------

static int set_attributes(struct node *node, const struct fuse_setattr_in *in) {
  struct timespec now = clock_now();
  if (in->valid & FATTR_SIZE) {
    int error = resize(node, in->size);
    if (error) return error;
  }
  if (in->valid & FATTR_MODE) node->mode = (node->mode & S_IFMT) | (in->mode & ~S_IFMT);
  if (in->valid & FATTR_UID) node->uid = in->uid;
  if (in->valid & FATTR_GID) node->gid = in->gid;
  if (in->valid & FATTR_ATIME) node->atime = (struct timespec){in->atime, in->atimensec};
  if (in->valid & FATTR_MTIME) node->mtime = (struct timespec){in->mtime, in->mtimensec};
  if (in->valid & FATTR_ATIME_NOW) node->atime = now;
  if (in->valid & FATTR_MTIME_NOW) node->mtime = now;
  node->ctime = now;
  return 0;
}

static int remove_entry(struct node *directory, const char *name, int as_directory) {
  struct entry **at = find(directory, name);
  if (!*at) return -ENOENT;
  struct node *node = (*at)->node;
  if (as_directory && !S_ISDIR(node->mode)) return -ENOTDIR;
  if (!as_directory && S_ISDIR(node->mode)) return -EISDIR;
  if (node->entries) return -ENOTEMPTY;
  drop(directory, at);
  return 0;
}

static int rename_entry(struct node *from, const char *name, struct node *to, const char *new_name, uint32_t flags) {
  if (flags & ~RENAME_NOREPLACE || (flags && no_flags)) return -EINVAL;
  struct node *node = *find(from, name) ? (*find(from, name))->node : NULL;
  if (!node) return -ENOENT;
  struct entry **taken = find(to, new_name);
  if (*taken && (flags & RENAME_NOREPLACE)) return -EEXIST;
  if (*taken && (*taken)->node == node) return 0;
  if (*taken && (*taken)->node->entries) return -ENOTEMPTY;
  if (*taken) drop(to, taken);
  add(to, new_name, node);
  drop(from, find(from, name));
  if (S_ISDIR(node->mode)) node->parent = to;
  return 0;
}

static void list(uint64_t unique, struct node *directory, const struct fuse_read_in *in) {
  char *out = need(calloc(1, in->size));
  size_t used = 0;
  uint64_t position = 0;
  struct entry dots[] = {{.name = ".", .node = directory}, {.name = "..", .node = directory->parent}};
  if (!dots[1].node) dots[1].node = directory;
  dots[0].next = &dots[1];
  dots[1].next = directory->entries;
  for (struct entry *entry = dots; entry; entry = entry->next) {
    if (position++ < in->offset) continue;
    size_t length = strlen(entry->name), needed = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + length);
    if (used + needed > in->size) break;
    struct fuse_dirent *next = (struct fuse_dirent *)(out + used);
    *next = (struct fuse_dirent){.ino = entry->node->number, .off = position, .namelen = length,
                                 .type = IFTODT(entry->node->mode)};
    memcpy(next->name, entry->name, length);
    used += needed;
  }
  reply(unique, 0, out, used);
  free(out);
}

static void forget(uint64_t id, uint64_t times) {
  struct node *node = node_of(id);
  node->lookups -= times < node->lookups ? times : node->lookups;
  release_if_unused(node);
}

// What the kernel does not wait for: obeyed even while silent.
static int expects_no_answer(const struct fuse_in_header *in, const void *body) {
  if (in->opcode == FUSE_FORGET) forget(in->nodeid, ((const struct fuse_forget_in *)body)->nlookup);
  if (in->opcode == FUSE_BATCH_FORGET) {
    const struct fuse_batch_forget_in *batch = body;
    const struct fuse_forget_one *each = (const void *)(batch + 1);
    for (uint32_t i = 0; i < batch->count; i++) forget(each[i].nodeid, each[i].nlookup);
  }
  return in->opcode == FUSE_FORGET || in->opcode == FUSE_BATCH_FORGET || in->opcode == FUSE_INTERRUPT;
}

static void serve(const struct fuse_in_header *in, const void *body) {
  uint64_t unique = in->unique;
  struct node *node = node_of(in->nodeid);
  const char *name = body;
  int error = 0;

  switch (in->opcode) {
  case FUSE_INIT: {
    struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION,
                                .flags = FUSE_BIG_WRITES | FUSE_ATOMIC_O_TRUNC, .max_write = WRITE_MAX,
                                .max_readahead = WRITE_MAX, .time_gran = 1};
    return reply(unique, 0, &out, sizeof out);
  }
  case FUSE_GETATTR:
    return reply_attributes(unique, node);
  case FUSE_SETATTR:
    error = set_attributes(node, body);
    return error ? reply(unique, error, NULL, 0) : reply_attributes(unique, node);
  case FUSE_LOOKUP: {
    struct entry *entry = *find(node, name);
    return entry ? reply_entry(unique, entry->node) : reply(unique, -ENOENT, NULL, 0);
  }
  case FUSE_OPEN:
  case FUSE_OPENDIR: {
    if (in->opcode == FUSE_OPEN && (((const struct fuse_open_in *)body)->flags & O_TRUNC)) error = resize(node, 0);
    struct fuse_open_out out = {.open_flags = in->opcode == FUSE_OPEN ? FOPEN_DIRECT_IO : 0};
    return reply(unique, error, &out, sizeof out);
  }
  case FUSE_READDIR:
    return list(unique, node, body);
  case FUSE_CREATE: {
    const struct fuse_create_in *create = body;
    name = (const char *)(create + 1);
    if (*find(node, name)) return reply(unique, -EEXIST, NULL, 0);
    struct node *file = make(S_IFREG | (create->mode & 07777), in);
    add(node, name, file);
    struct { struct fuse_entry_out entry; struct fuse_open_out open; } out = {entry_out(file),
                                                                              {.open_flags = FOPEN_DIRECT_IO}};
    return reply(unique, 0, &out, sizeof out);
  }
  case FUSE_MKNOD:
  case FUSE_MKDIR: {
    uint32_t mode = in->opcode == FUSE_MKDIR ? S_IFDIR | (((const struct fuse_mkdir_in *)body)->mode & 07777)
                                             : ((const struct fuse_mknod_in *)body)->mode;
    name += in->opcode == FUSE_MKDIR ? sizeof(struct fuse_mkdir_in) : sizeof(struct fuse_mknod_in);
    if (*find(node, name)) return reply(unique, -EEXIST, NULL, 0);
    struct node *made = make(mode, in);
    add(node, name, made);
    return reply_entry(unique, made);
  }
  case FUSE_SYMLINK: {
    const char *destination = name + strlen(name) + 1;
    if (*find(node, name)) return reply(unique, -EEXIST, NULL, 0);
    struct node *made = make(S_IFLNK | 0777, in);
    made->data = need(strdup(destination));
    made->size = strlen(destination);
    add(node, name, made);
    return reply_entry(unique, made);
  }
  case FUSE_READLINK:
    return reply(unique, 0, node->data, node->size);
  case FUSE_LINK: {
    struct node *file = node_of(((const struct fuse_link_in *)body)->oldnodeid);
    name += sizeof(struct fuse_link_in);
    if (*find(node, name)) return reply(unique, -EEXIST, NULL, 0);
    add(node, name, file);
    file->ctime = clock_now();
    return reply_entry(unique, file);
  }
  case FUSE_UNLINK:
  case FUSE_RMDIR:
    return reply(unique, remove_entry(node, name, in->opcode == FUSE_RMDIR), NULL, 0);
  case FUSE_RENAME: {
    name += sizeof(struct fuse_rename_in);
    struct node *to = node_of(((const struct fuse_rename_in *)body)->newdir);
    return reply(unique, rename_entry(node, name, to, name + strlen(name) + 1, 0), NULL, 0);
  }
  case FUSE_RENAME2: {
    const struct fuse_rename2_in *rename = body;
    name = (const char *)(rename + 1);
    error = rename_entry(node, name, node_of(rename->newdir), name + strlen(name) + 1, rename->flags);
    return reply(unique, error, NULL, 0);
  }
  case FUSE_READ: {
    const struct fuse_read_in *read = body;
    uint64_t left = read->offset < node->size ? node->size - read->offset : 0;
    return reply(unique, 0, left ? node->data + read->offset : NULL, left < read->size ? left : read->size);
  }
  case FUSE_WRITE: {
    const struct fuse_write_in *write = body;
    if (write->offset + write->size > node->size) error = resize(node, write->offset + write->size);
    if (!error && write->size) memcpy(node->data + write->offset, write + 1, write->size);
    node->mtime = node->ctime = clock_now();
    struct fuse_write_out out = {.size = write->size};
    return reply(unique, error, &out, sizeof out);
  }
  case FUSE_STATFS: {
    struct fuse_statfs_out out = {.st = {.blocks = BLOCKS, .bfree = BLOCKS - blocks_used, .bavail = BLOCKS - blocks_used,
                                         .files = 1 << 20, .ffree = (1 << 20) - (last_number & 0xfffff), .bsize = BLOCK,
                                         .frsize = BLOCK, .namelen = NAME_MAX}};
    return reply(unique, 0, &out, sizeof out);
  }
  case FUSE_FLUSH:
  case FUSE_FSYNC:
  case FUSE_FSYNCDIR:
  case FUSE_RELEASE:
  case FUSE_RELEASEDIR:
  case FUSE_DESTROY:
    return reply(unique, 0, NULL, 0);
  default:
    return reply(unique, -ENOSYS, NULL, 0);
  }
}

// ---- moods ----------------------------------------------------------------------------------------------------------

struct held {
  struct held *next;
  char request[];
};

static struct held *held, **held_end = &held;
static unsigned long held_count;
static int silent, broken;

static void handle(const char *request) {
  const struct fuse_in_header *in = (const void *)request;
  if (broken && in->opcode != FUSE_INIT) reply(in->unique, broken, NULL, 0);
  else serve(in, in + 1);
}

static void answer_held(void) {
  while (held) {
    struct held *first = held;
    held = first->next;
    handle(first->request);
    free(first);
  }
  held_end = &held;
  held_count = 0;
}

static int obey(const char *command) {
  if (strcmp(command, "quit") == 0) return 0;
  if (strcmp(command, "held") == 0) return printf("%lu\n", held_count), 1;
  if (strcmp(command, "no flags") == 0) return no_flags = 1, printf("ok\n"), 1;
  if (strcmp(command, "silent") == 0) silent = 1;
  else if (strcmp(command, "answer") == 0) silent = broken = 0;
  else if (strcmp(command, "errno EIO") == 0) silent = 0, broken = -EIO;
  else if (strcmp(command, "errno ESTALE") == 0) silent = 0, broken = -ESTALE;
  else if (strcmp(command, "errno ENOTCONN") == 0) silent = 0, broken = -ENOTCONN;
  else return printf("unknown command\n"), 1;
  if (!silent) answer_held();
  return printf("ok\n"), 1;
}

// 0 once the mount is gone.
static int receive(char *buffer) {
  ssize_t length = read(device, buffer, REQUEST_MAX);
  if (length < 0) return errno != ENODEV;
  const struct fuse_in_header *in = (const void *)buffer;
  if (expects_no_answer(in, in + 1)) return 1;
  if (!silent || in->opcode == FUSE_INIT) return handle(buffer), 1;
  struct held *request = need(malloc(sizeof *request + length));
  request->next = NULL;
  memcpy(request->request, buffer, length);
  *held_end = request;
  held_end = &request->next;
  held_count++;
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: fuse DIRECTORY\n"), 2;
  device = open("/dev/fuse", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) return perror("fuse: /dev/fuse"), 1;
  root = (struct node){.number = FUSE_ROOT_ID, .mode = S_IFDIR | 0755, .links = 1};
  root.atime = root.mtime = root.ctime = clock_now();

  char options[128];
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions", device);
  if (mount("fake", argv[1], "fuse.fake", MS_NOSUID | MS_NODEV, options)) return perror("fuse: mount"), 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("mounted");

  char *buffer = need(malloc(REQUEST_MAX)), command[64];
  struct pollfd inputs[] = {{.fd = 0, .events = POLLIN}, {.fd = device, .events = POLLIN}};
  for (;;) {
    if (poll(inputs, 2, -1) < 0) continue;
    if (inputs[1].revents && !receive(buffer)) return 0;
    if (!inputs[0].revents) continue;
    if (!fgets(command, sizeof command, stdin)) return 0;
    command[strcspn(command, "\n")] = 0;
    if (!obey(command)) return 0;
  }
}
