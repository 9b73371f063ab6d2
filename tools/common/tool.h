/* SPDX-License-Identifier: BSD-2-Clause */
/* What the four tools share: errors, exit status, input, output. */
#ifndef RELOAD_TOOL_H
#define RELOAD_TOOL_H

#include <reload.h>

#include <sys/types.h>

/* Exit statuses: the higher wins (reload-verify makes its own of STATUS_MALFORMED). */
enum {
    STATUS_FINE = 0,
    STATUS_INVALID = 1,
    STATUS_USAGE = 2,
    STATUS_MALFORMED = 3,
    STATUS_FAILED = 4
};

/* A run of a tool. */
enum { MAX_KEPT = 64 };
struct batch;
struct tool {
    const char *name;
    bool quiet;          /* print errors only */
    int status;          /* the exit status so far */
    struct batch *batch; /* collects errors and warnings; NULL: they are printed at once */
    struct {
        dev_t dev;
        ino_t ino;
    } kept[MAX_KEPT]; /* files that no output may replace */
    size_t kept_count;
};

/* Milliseconds of a monotonic clock. */
int64_t tool_milliseconds(void);
/* Raises the exit status. */
void tool_status(struct tool *tool, int status);
/* Keeps the process's memory out of core dumps and debuggers, before it holds a key. */
void tool_hide_memory(void);
/* Notes a key, secret, certificate or state file in use, which no output may replace. */
void tool_keep(struct tool *tool, const char *path);
/* Whether an output may replace the file. Returns false after reporting that it is in use. */
bool tool_may_write(struct tool *tool, const char *path);
/* Prints an error on standard error, "tool: …", and raises the exit status. Control characters are
 * escaped. */
__attribute__((format(printf, 3, 4))) void tool_error(struct tool *tool, int status,
                                                      const char *format, ...);
/* The same for a file that the library could not use: "tool: path: place: cause". */
void tool_error_diag(struct tool *tool, const char *path, const reload_diag *diag);
/* Prints a warning in the same way, unless the run is quiet. The exit status stays as it is. */
__attribute__((format(printf, 2, 3))) void tool_warn(const struct tool *tool, const char *format,
                                                     ...);
/* Reports a mistake on the command line, points to --help, and ends the program with STATUS_USAGE.
 */
__attribute__((format(printf, 2, 3), noreturn)) void tool_usage(const struct tool *tool,
                                                                const char *format, ...);

/* ---- Output ---- */

/* Where a tool writes. A regular file appears, complete, when it is closed. */
struct output {
    struct tool *tool;
    const char *path; /* NULL: standard output */
    char *target;     /* the path with symbolic links resolved */
    char *temporary;  /* NULL: the target is written directly */
    int fd;
    bool secret; /* a key file: mode 0600 */
    bool force;  /* an existing key file may be replaced */
    bool written;
    bool failed;
    uint8_t *pending;
    size_t len;
    int64_t since; /* of the oldest pending octet, by tool_milliseconds */
};

enum { OUTPUT_SECRET = 1, OUTPUT_FORCE = 2 };

/* Opens path; "-" or NULL is standard output. Returns false after reporting an error. */
bool output_open(struct output *out, struct tool *tool, const char *path, unsigned flags);
/* A reload_sink. */
int output_write(void *out, const void *octets, size_t len);
/* Takes the result of rendering into it: after an error no file appears. */
void output_check(struct output *out, reload_err err);
/* Writes the pending octets. */
void output_flush(struct output *out);
/* Writes what has been pending for long, if input never pauses. */
void output_flush_old(struct output *out);
/* Makes the file appear. None appears if something failed, or if nothing was written and the exit
 * status is not 0. Returns whether nothing failed. */
bool output_close(struct output *out);
/* Makes a new name in path's directory survive a loss of power. */
void output_sync_directory(const char *path);
/* Whether it is a terminal. */
bool output_is_terminal(const struct output *out);
/* The flags of JSON that depend on where it goes: RELOAD_ASCII for a terminal. */
unsigned output_flags(const struct output *out);
/* Whether it is a terminal that shows colours. */
bool output_takes_colour(const struct output *out);

/* ---- Input ---- */

/* The messages of all files. */
struct input {
    struct tool *tool;
    reload_form form;
    char **files;
    int count;
    int next;
    struct output *flushed;         /* flushed before input is waited for; may be NULL */
    void (*before_wait)(void *arg); /* called at the same moment; may be NULL */
    void *before_wait_arg;
    reload_reader *reader;
    int fd;                  /* -1: no file is open */
    const char *file;        /* its name, "-" for standard input */
    bool empty;              /* no item was found in it so far */
    uint64_t index;          /* of the item, from 1, over all files */
    const reload_item *item; /* the reader's, until it reads on */
    reload_origin origin;    /* of the item */
    reload_msg *msg;         /* the item as a message, if it is one */
};

/* Reads count files, or standard input if count is 0. Returns false without memory. */
bool input_open(struct input *in, struct tool *tool, reload_form form, char **files, int count,
                struct output *flushed);
/* Reads the next item. A file that cannot be opened or read is reported and skipped. Returns false
 * at the end. */
bool input_next(struct input *in);
void input_close(struct input *in);
/* Reports the item's fault: "tool: file: offset N: message I: …". In binary input,
 * diag's offset is added to the item's. */
void input_error(struct input *in, int status, const reload_diag *diag);
/* Whether the item is a message. Garbage, and what cannot be read, is reported. */
bool input_is_message(struct input *in);

/* Reads a whole file of at most max octets into buf. secret: no output may replace it, and a
 * warning is printed if other users can read it. Returns false after reporting an error. */
bool file_read(struct tool *tool, const char *path, size_t max, reload_buf *buf, bool secret);
/* Reads a secret file (D12). Returns false after reporting an error. */
bool secret_read(struct tool *tool, const char *path, reload_buf *secret);

/* Takes a file's octets. */
typedef reload_err octets_taker(void *arg, const uint8_t *octets, size_t len, reload_diag *diag);
/* Reads a file of certificates or CRLs, which no output may then replace, for take. Returns false
 * after reporting an error. */
bool certs_read(struct tool *tool, const char *path, octets_taker *take, void *arg);

/* Read a key's passphrase, NUL-terminated: from a file, without one trailing LF or CR LF; or from
 * the terminal, whose echo is restored also if a signal ends the program. path: the passphrase's
 * file, or the key's. Return false after reporting an error. */
bool passphrase_read(struct tool *tool, const char *path, reload_buf *passphrase);
bool passphrase_ask(struct tool *tool, const char *path, reload_buf *passphrase);

/* Takes a key file's octets with a passphrase, or NULL for none. */
typedef reload_err key_taker(void *arg, const uint8_t *octets, size_t len, const char *passphrase,
                             reload_diag *diag);
/* Reads a private key file for take. The passphrase is read from passphrase_file, or, if that is
 * NULL and the key is encrypted, from the terminal. Returns false after reporting an error. */
bool key_read(struct tool *tool, const char *path, const char *passphrase_file, key_taker *take,
              void *arg);

#endif
