// latecomer FILE: opens FILE to append to it, and is held in the middle of that by a fanotify listener, as by a virus
// scanner: it counts as a writer and has not come to the file's lease. Says "opening" then. The next line on stdin lets it
// go on; it appends "late" and says "ok", or the errno's name.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what) {
  puts(what);
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: latecomer FILE\n"), 2;
  int gate = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);
  if (gate < 0 || fanotify_mark(gate, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, argv[1])) return perror("fanotify"), 1;
  pid_t child = fork();
  if (child == 0) {
    int fd = open(argv[1], O_WRONLY | O_APPEND | O_CLOEXEC);
    say(fd >= 0 && write(fd, "late", 4) == 4 ? "ok" : strerrorname_np(errno));
    return 0;
  }
  struct fanotify_event_metadata event;
  if (read(gate, &event, sizeof event) != sizeof event) return perror("read"), 1;
  say("opening");
  char line[8];
  if (!fgets(line, sizeof line, stdin)) return 1;
  struct fanotify_response answer = {.fd = event.fd, .response = FAN_ALLOW};
  if (write(gate, &answer, sizeof answer) != sizeof answer) return perror("write"), 1;
  return waitpid(child, NULL, 0) < 0;
}
