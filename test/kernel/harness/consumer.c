// consumer FILE EVERY_NS UID MODE
//
// Stands for an application that writes below the target. Appends numbered records of eleven bytes to FILE, one every
// EVERY_NS nanoseconds (0: as fast as it can), as user UID. MODE "path" opens and closes the file for every record, so
// that each one resolves the path; "fd" keeps it open and opens it again only after a failure.
// Answers each line on stdin with one line of JSON on stdout; "forget" then begins anew to look for the longest gap; "stop" or
// the end of stdin is answered last of all.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RECORD = 11, ERRORS = 256 };

struct range { unsigned long first, last; };

static struct range *written;
static size_t ranges, room;
static unsigned long total, failed, failures[ERRORS];
static long longest, last_success, last_gap_end;

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void remember(unsigned long number) {
  long at = now();
  if (last_success && at - last_success > longest) longest = at - last_success, last_gap_end = at;
  last_success = at;
  total++;
  if (ranges && written[ranges - 1].last + 1 == number) {
    written[ranges - 1].last = number;
    return;
  }
  if (ranges == room) {
    room = room ? room * 2 : 64;
    written = realloc(written, room * sizeof *written);
    if (!written) abort();
  }
  written[ranges++] = (struct range){number, number};
}

static void report(void) {
  printf("{\"written\":%lu,\"failed\":%lu,\"longestGapNs\":%ld,\"longestGapEndNs\":%ld,\"errors\":{", total, failed,
         longest, last_gap_end);
  int some = 0;
  for (int e = 0; e < ERRORS; e++)
    if (failures[e]) printf("%s\"%s\":%lu", some++ ? "," : "", strerrorname_np(e), failures[e]);
  printf("},\"ranges\":[");
  for (size_t i = 0; i < ranges; i++) printf("%s[%lu,%lu]", i ? "," : "", written[i].first, written[i].last);
  printf("]}\n");
  fflush(stdout);
}

static int append(const char *file, int *kept, int keep, unsigned long number) {
  char record[RECORD + 1];
  snprintf(record, sizeof record, "%010lu\n", number);
  int fd = *kept >= 0 ? *kept : open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return errno;
  ssize_t wrote = write(fd, record, RECORD);
  int error = wrote == RECORD ? 0 : wrote < 0 ? errno : ENOSPC;
  if (keep && !error) {
    *kept = fd;
    return 0;
  }
  *kept = -1;
  if (close(fd) < 0 && !error) error = errno;
  return error;
}

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "usage: consumer FILE EVERY_NS UID path|fd\n"), 2;
  long every = atol(argv[2]);
  int keep = strcmp(argv[4], "fd") == 0, kept = -1;
  umask(0);
  uid_t uid = (uid_t)atol(argv[3]);
  if (uid && (setgid(uid) || setuid(uid))) return perror("consumer: setuid"), 2;
  puts("ready");
  fflush(stdout);
  for (unsigned long number = 1;; number++) {
    int error = append(argv[1], &kept, keep, number);
    if (!error) remember(number);
    else failed++, failures[error < ERRORS ? error : 0]++;

    struct pollfd input = {.fd = 0, .events = POLLIN};
    struct timespec pause = {.tv_sec = every / 1000000000L, .tv_nsec = every % 1000000000L};
    // A tight writer looks at its input only now and then.
    if (!every && number % 64) continue;
    if (ppoll(&input, 1, every ? &pause : &(struct timespec){0}, NULL) <= 0) continue;
    char command[64] = "";
    if (!fgets(command, sizeof command, stdin) || strcmp(command, "stop\n") == 0) break;
    report();
    if (strcmp(command, "forget\n") == 0) longest = last_gap_end = 0;
  }
  report();
  return 0;
}
