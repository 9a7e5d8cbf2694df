// measure TARGET HEALER
//
// For each line on stdin: waits until the process HEALER, its threads and its children all sleep, takes the mount at
// TARGET away and prints how many nanoseconds passed until one was there again. Gives up after ten seconds.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static int is_mounted(const char *target) {
  struct statx seen;
  return statx(AT_FDCWD, target, AT_STATX_DONT_SYNC | AT_SYMLINK_NOFOLLOW, 0, &seen) == 0 &&
         (seen.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static int first_line(char *path, char *line, int size) {
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  int some = fgets(line, size, file) != NULL;
  fclose(file);
  return some;
}

// Every thread is in state S and there is no child.
static int sleeps(const char *pid) {
  char path[320], line[512];
  snprintf(path, sizeof path, "/proc/%s/task", pid);
  DIR *tasks = opendir(path);
  if (!tasks) return 0;
  int all = 1;
  for (struct dirent *task; all && (task = readdir(tasks));) {
    if (task->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%s/task/%s/stat", pid, task->d_name);
    char *state = first_line(path, line, sizeof line) ? strrchr(line, ')') : NULL;
    if (state && state[2] != 'S') all = 0;
    snprintf(path, sizeof path, "/proc/%s/task/%s/children", pid, task->d_name);
    if (first_line(path, line, sizeof line)) all = 0;
  }
  closedir(tasks);
  return all;
}

static void settle(const char *pid) {
  int quiet = 0;
  for (int tries = 0; quiet < 3 && tries < 300; tries++) {
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    quiet = sleeps(pid) ? quiet + 1 : 0;
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: measure TARGET HEALER\n"), 2;
  char line[16];
  while (fgets(line, sizeof line, stdin)) {
    settle(argv[2]);
    long start = now();
    if (umount2(argv[1], MNT_DETACH)) return perror("measure: umount2"), 1;
    while (!is_mounted(argv[1]))
      if (now() - start > 10000000000L) return fprintf(stderr, "measure: not healed within 10 s\n"), 1;
    printf("%ld\n", now() - start);
    fflush(stdout);
  }
  return 0;
}
