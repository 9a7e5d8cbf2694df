// enter PID|- PROPAGATION|- PROGRAM [ARGUMENT...]
//
// Becomes PROGRAM inside the mount namespace of PID ("-": its own), after moving into a fresh copy of that namespace
// when PROPAGATION says how: "shared" keeps every mount a peer of its original, "slave" only receives, "private"
// neither. The process id stays the same and the program dies with whoever started it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

static void need(int result, const char *what) {
  if (result >= 0) return;
  fprintf(stderr, "enter: %s: %s\n", what, strerror(errno));
  exit(126);
}

int main(int argc, char **argv) {
  if (argc < 4) return fprintf(stderr, "usage: enter PID|- PROPAGATION|- PROGRAM [ARGUMENT...]\n"), 2;
  need(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
  if (strcmp(argv[1], "-") != 0) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%s/ns/mnt", argv[1]);
    int namespace = open(path, O_RDONLY | O_CLOEXEC);
    need(namespace, path);
    need(setns(namespace, CLONE_NEWNS), "setns");
  }
  if (strcmp(argv[2], "-") != 0) {
    need(unshare(CLONE_NEWNS), "unshare: a private mount namespace needs root");
    if (strcmp(argv[2], "slave") == 0) need(mount("", "/", "", MS_REC | MS_SLAVE, ""), "make slave");
    if (strcmp(argv[2], "private") == 0) need(mount("", "/", "", MS_REC | MS_PRIVATE, ""), "make private");
  }
  need(chdir("/"), "chdir");
  execvp(argv[3], argv + 3);
  need(-1, argv[3]);
}
