/* Writes down what reaches the files of a store, in its order: records of
   kind ('w' write, 't' truncate, 's' sync), length of the name, name, offset, length, bytes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -2;

static const char *name_of(int file, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, size - 1);
    if (length <= 0) return NULL;
    path[length] = 0;
    const char *name = strrchr(path, '/');
    if (!name) return NULL;
    name++;
    /* A new store has its name when it is whole; what makes it whole is to be seen too. */
    size_t length_of_name = strlen(name);
    if (!strncmp(name, "scrubjay.db.", 12) && !strcmp(name + length_of_name - 4, ".new"))
        return "scrubjay.db";
    if (strcmp(name, "scrubjay.db") && strcmp(name, "scrubjay.db-wal") && strcmp(name, "said"))
        return NULL;
    return name;
}

static void put(const void *bytes, size_t count) {
    const char *at = bytes;
    while (count) {
        long written = syscall(SYS_write, log_file, at, count);
        if (written <= 0) abort();
        at += written;
        count -= (size_t)written;
    }
}

static void record(char kind, int file, int64_t offset, const void *bytes, int64_t count) {
    char path[4096];
    const char *name = name_of(file, path, sizeof path);
    if (!name) return;
    pthread_mutex_lock(&order);
    if (log_file == -2)
        log_file = open(getenv("DISK_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int64_t length = (int64_t)strlen(name);
    put(&kind, 1);
    put(&length, 8);
    put(name, (size_t)length);
    put(&offset, 8);
    put(&count, 8);
    if (bytes) put(bytes, (size_t)count);
    pthread_mutex_unlock(&order);
}

#define REAL(name, type) static type real; if (!real) real = (type)dlsym(RTLD_NEXT, name)

typedef ssize_t (*write_type)(int, const void *, size_t);
typedef ssize_t (*pwrite_type)(int, const void *, size_t, off64_t);
typedef int (*truncate_type)(int, off64_t);
typedef int (*sync_type)(int);

ssize_t write(int file, const void *bytes, size_t count) {
    REAL("write", write_type);
    off_t at = lseek(file, 0, SEEK_CUR);
    ssize_t written = real(file, bytes, count);
    if (written > 0 && at >= 0) record('w', file, at, bytes, written);
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    REAL("pwrite", pwrite_type);
    ssize_t written = real(file, bytes, count, at);
    if (written > 0) record('w', file, at, bytes, written);
    return written;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    REAL("pwrite64", pwrite_type);
    ssize_t written = real(file, bytes, count, at);
    if (written > 0) record('w', file, at, bytes, written);
    return written;
}

int ftruncate(int file, off_t size) {
    REAL("ftruncate", truncate_type);
    int done = real(file, size);
    if (!done) record('t', file, size, NULL, 0);
    return done;
}

int ftruncate64(int file, off64_t size) {
    REAL("ftruncate64", truncate_type);
    int done = real(file, size);
    if (!done) record('t', file, size, NULL, 0);
    return done;
}

int fsync(int file) {
    REAL("fsync", sync_type);
    int done = real(file);
    if (!done) record('s', file, 0, NULL, 0);
    return done;
}

int fdatasync(int file) {
    REAL("fdatasync", sync_type);
    int done = real(file);
    if (!done) record('s', file, 0, NULL, 0);
    return done;
}
