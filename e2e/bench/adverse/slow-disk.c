/*
 * A slow disk for programs that are started with LD_PRELOAD=slow-disk.so: what writes to a regular file, syncs it
 * or gives a name takes so many microseconds longer as stand in the file that SLOW_DISK names, now and at any time.
 * Compile: cc -shared -fPIC -O2 -o slow-disk.so slow-disk.c
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t none = 0;
static volatile int64_t *delay_us = &none;

__attribute__((constructor)) static void open_delay(void)
{
  const char *path = getenv("SLOW_DISK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *shared = mmap(NULL, sizeof *delay_us, PROT_READ, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) delay_us = shared;
  close(file);
}

static void wait_a_while(void)
{
  int64_t us = *delay_us;
  struct timespec time = { us / 1000000, us % 1000000 * 1000 };
  if (us > 0) nanosleep(&time, NULL);
}

static void wait_for_file(int file)
{
  struct stat facts;
  if (*delay_us > 0 && fstat(file, &facts) == 0 && S_ISREG(facts.st_mode)) wait_a_while();
}

#define LATE(result, name, parameters, arguments, waiting)                                                             \
  result name parameters                                                                                               \
  {                                                                                                                    \
    static result(*next) parameters;                                                                                   \
    if (!next) next = (result(*) parameters)dlsym(RTLD_NEXT, #name);                                                   \
    waiting;                                                                                                           \
    return next arguments;                                                                                             \
  }

LATE(ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count), wait_for_file(file))
LATE(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at), wait_for_file(file))
LATE(ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count, at), wait_for_file(file))
LATE(ssize_t, writev, (int file, const struct iovec *parts, int count), (file, parts, count), wait_for_file(file))
LATE(ssize_t, pwritev, (int file, const struct iovec *parts, int count, off_t at), (file, parts, count, at), wait_for_file(file))
LATE(ssize_t, pwritev64, (int file, const struct iovec *parts, int count, off64_t at), (file, parts, count, at), wait_for_file(file))
LATE(int, fsync, (int file), (file), wait_for_file(file))
LATE(int, fdatasync, (int file), (file), wait_for_file(file))
LATE(int, rename, (const char *from, const char *to), (from, to), wait_a_while())
LATE(int, symlink, (const char *target, const char *path), (target, path), wait_a_while())
