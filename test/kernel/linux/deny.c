// deny NUMBER=ERRNO[,...] PROGRAM [ARGUMENT...]
//
// Becomes PROGRAM, for which the system calls of these numbers fail with these errnos: an older kernel, or a container's
// seccomp profile.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { RULES = 32 };

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: deny NUMBER=ERRNO[,...] PROGRAM [ARGUMENT...]\n"), 2;
  struct sock_filter code[2 * RULES + 2] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
  unsigned short length = 1;
  for (char *at = argv[1]; *at && length < 2 * RULES;) {
    unsigned long number = strtoul(at, &at, 10);
    if (*at++ != '=') return fprintf(stderr, "deny: %s: want NUMBER=ERRNO\n", argv[1]), 2;
    unsigned long error = strtoul(at, &at, 10);
    code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
    if (*at == ',') at++;
  }
  code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {length, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
    return perror("deny"), 1;
  execvp(argv[2], argv + 2);
  return perror(argv[2]), 1;
}
