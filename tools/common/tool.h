/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the four tools: errors, exit status, input, output. */
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

/* Receives an error or a warning about a file, for machine-readable reports. file may be NULL. */
typedef void tool_note(void *arg, const char *file, const char *words, bool warning);

/* The option that reads standard input. */
struct standard_input {
    const char *option; /* without "--"; NULL: none does */
    const char *path;   /* "-" or a name of the descriptor */
};

/* A run of a tool. */
struct batch;
struct file_id;
struct tool {
    const char *name;
    const char *statuses; /* for --help: lines, each "N MEANING"; NULL: 0, 2 and 4 */
    bool quiet;           /* print errors only */
    int status;           /* the exit status so far */
    struct batch *batch;  /* collects errors and warnings; NULL: they are printed at once */
    tool_note *note;      /* NULL: no report */
    void *note_arg;
    struct file_id *kept; /* files of the call, which are never an output */
    size_t kept_count, kept_cap;
    bool kept_lost; /* some file could not be recorded */
    struct standard_input standard_input;
    reload_buf passphrase; /* of --passphrase-file, NUL-terminated; empty: not read yet */
};

/* Milliseconds of a monotonic clock. */
int64_t tool_milliseconds(void);
/* The machine's clock, in whole seconds. It may be before 1970 or after 2106, but sums with it fit
 * 64 bits (D35). */
reload_time tool_now(void);
/* Raises the exit status. */
void tool_status(struct tool *tool, int status);
/* Keeps the process's memory out of core dumps and debuggers, before it holds a key. */
void tool_hide_memory(void);
/* Ends a run: frees its memory and returns the exit status. An error or a warning that could not be
 * written raises it to STATUS_FAILED. */
int tool_finish(struct tool *tool);
/* Writes lines to standard error as they are. */
void tool_print_lines(const void *octets, size_t len);
/* Prints an error on standard error, "tool: …", and raises the exit status. Quoted text is escaped
 * (reload_escape). */
__attribute__((format(printf, 3, 4))) void tool_error(struct tool *tool, int status,
                                                      const char *format, ...);
/* Prints an error about a whole file: "tool: file: …". Also passes it to note. */
__attribute__((format(printf, 4, 5))) void tool_error_file(struct tool *tool, int status,
                                                           const char *file, const char *format,
                                                           ...);
/* Prints an error about a file that the library could not use: "tool: path: place: cause". */
void tool_error_diag(struct tool *tool, const char *path, const reload_diag *diag);
/* Prints a warning in the same way, unless the run is quiet. The exit status stays as it is. */
__attribute__((format(printf, 2, 3))) void tool_warn(const struct tool *tool, const char *format,
                                                     ...);
/* Prints a warning about a file, or NULL: "tool: file: warning: …". Passes it to note even in a
 * quiet run. */
__attribute__((format(printf, 3, 4))) void tool_warn_file(const struct tool *tool, const char *file,
                                                          const char *format, ...);
/* Reports a mistake on the command line, points to --help, and ends the program with STATUS_USAGE.
 */
__attribute__((format(printf, 2, 3), noreturn)) void tool_usage(const struct tool *tool,
                                                                const char *format, ...);

/* ---- Files of the call (files.c) ---- */

/* Records a file that the call reads or keeps state in, which no output of the call may then
 * replace. "-" is standard input. A missing file is identified by its directory and name. */
void tool_keep(struct tool *tool, const char *path);
/* Whether a path may be an output: it is not a file of the call, under any name. NULL or "-" is
 * standard output. Returns false after reporting an error. */
bool tool_may_write(struct tool *tool, const char *path);
/* The same for an open descriptor. name: for the error. */
bool tool_may_write_to(struct tool *tool, int fd, const char *name);
/* Ends the program if two of a call's outputs are one file, of any kind, or both standard output
 * ("-" or NULL). Nothing is written before. */
void tool_check_different(const struct tool *tool, const char *a, const char *b);
void tool_free_kept(struct tool *tool);

/* ---- Output ---- */

/* An output of a tool. A regular file appears, complete, when it is closed. */
struct output {
    struct tool *tool;
    const char *path; /* NULL: standard output */
    char *target;     /* the path with symbolic links resolved */
    char *temporary;  /* NULL: fd is written to directly */
    int fd;
    bool own; /* fd is closed with it */
    bool terminal;
    bool secret; /* a key file: mode 0600 */
    bool force;  /* an existing key file may be replaced */
    bool state;  /* a file of the call may be replaced */
    bool written;
    bool complete; /* a file appears even if it is empty, whatever the exit status */
    bool failed;
    uint8_t *pending;
    size_t len;
    size_t whole;  /* of the pending octets, up to the end of the last whole message */
    size_t most;   /* octets that have been pending at once */
    int64_t since; /* of the oldest pending octet, by tool_milliseconds */
};

enum {
    OUTPUT_SECRET = 1,
    OUTPUT_FORCE = 2,
    OUTPUT_STATE = 4 /* state of the tool: replaced although it is a file of the call */
};

/* Opens path; "-" or NULL is standard output. A path such as /dev/fd/3 means the open descriptor,
 * with its offset. Anything but a regular file is written to, not replaced. Returns false after
 * reporting an error. */
bool output_open(struct output *out, struct tool *tool, const char *path, unsigned flags);
/* Whether the output remains invisible until it is closed. */
bool output_is_hidden(const struct output *out);
/* Writes the pending octets of a hidden output to disk, so that closing it has little left to fail.
 * Returns whether nothing failed. */
bool output_sync(struct output *out);
/* Closes a hidden output without making a file appear. */
void output_discard(struct output *out);
/* A reload_sink that appends to a reload_buf. */
int buf_write(void *buf, const void *octets, size_t len);
/* A reload_sink. */
int output_write(void *out, const void *octets, size_t len);
void output_text(struct output *out, const char *text);
/* Writes formatted text. */
__attribute__((format(printf, 2, 3))) void output_print(struct output *out, const char *format,
                                                        ...);
/* Writes a buffer. If the buffer's allocation has failed, no file appears. */
void output_write_buf(struct output *out, const reload_buf *buf);
/* Takes the result of rendering into the output: after an error no file appears. */
void output_check(struct output *out, reload_err err);
/* Marks the end of a message: if a message does not fit the buffer, those before it are written
 * whole. */
void output_end_message(struct output *out);
/* Writes the pending octets. */
void output_flush(struct output *out);
/* Writes octets that have been pending for long, in case input never pauses. */
void output_flush_old(struct output *out);
/* Makes the file appear. None appears if something failed, or if nothing was written, the exit
 * status is not 0 and the output is not complete. Returns whether nothing failed. */
bool output_close(struct output *out);
/* Makes a new name in path's directory survive a loss of power. */
void output_sync_directory(const char *path);
/* Whether the output is the same terminal, pipe or file as a descriptor. */
bool output_shares(const struct output *out, int fd);
/* The flags of JSON for this output: RELOAD_ASCII for a terminal. */
unsigned output_flags(const struct output *out);
/* Whether it is a terminal that shows colours. */
bool output_takes_colour(const struct output *out);

/* ---- Input ---- */

/* The form of the input, if it is specified. */
struct input_form {
    reload_form form;
    bool capture; /* pcap or pcapng */
};

/* How the input is read. */
struct input_options {
    struct input_form form;
    int64_t max_message; /* D33: the largest Length that is accepted; 0: any */
    const char *filter;  /* of captures: libpcap's expression */
    int64_t flow_limit;  /* of captures: octets kept for a flow, and for all; 0: the default */
    int64_t total_limit;
    bool captures_only; /* --annotate: other input is reported */
    int progress;       /* an index of progress_words */
};

/* The messages of all files. */
struct input {
    struct tool *tool;
    struct input_options options;
    char **files;
    int count;
    int next;
    struct output *flushed;         /* flushed before input is waited for; may be NULL */
    void (*before_wait)(void *arg); /* called at the same moment; may be NULL */
    void *before_wait_arg;
    reload_reader *reader;
    reload_buf head; /* read to recognise a capture, then passed on */
    size_t head_pos;
    bool head_over;           /* the file ended in it */
    struct capture *capture;  /* NULL: there was none so far */
    struct packets *packets;  /* takes a capture's packets; may be NULL */
    bool is_capture;          /* the open file is one */
    bool in_capture;          /* a capture was read, and its flows have not been ended, */
    bool ending;              /* or are being ended */
    uint64_t capture_items;   /* in it */
    const char *capture_file; /* the last one */
    int fd;                   /* -1: no file is open */
    const char *file;         /* its name, "-" for standard input */
    bool empty;               /* no item was found in it so far */
    bool unread;              /* some file could not be read to its end */
    bool reported;            /* faults of items are not printed, since the output contains them */
    uint64_t index;           /* of the item, from 1, over all files */
    const reload_item *item;  /* the reader's, until it reads on */
    reload_origin origin;     /* of the item; its capture: facts of a captured one */
    uint64_t length;          /* of the item, in octets of the file */
    reload_capture ends;      /* addresses and transport of the item, where they are known */
    const uint64_t *numbers;  /* of a captured item: of its packets, over all files */
    reload_msg *msg;          /* the item as a message, if it is one */
};

/* Reads count files, or standard input if count is 0. Returns false without memory. */
bool input_open(struct input *in, struct tool *tool, const struct input_options *options,
                char **files, int count, struct output *flushed);
/* Reads the next item. A file that cannot be opened or read is reported and skipped. Returns false
 * at the end. */
bool input_next(struct input *in);
void input_close(struct input *in);
/* Writes packets that no later message can be in, if packets are kept. Items that were read before
 * must have been written. */
void input_settle(struct input *in);
/* Ends the program if options about captures have no effect. */
void input_check(const struct tool *tool, const struct input_options *options);
/* If a capture was read, prints a line about its contents on standard error, followed by more
 * (NULL: nothing), and warnings about packets that were not examined. */
void input_summarise(const struct input *in, const char *more);
/* Warns of the captures' contents outside packets, which an option that writes their packets does
 * not keep. */
void input_warn_of_extras(const struct input *in, const char *option);
/* Reports the item's fault: "tool: file: offset N: message I: …". In binary input,
 * diag's offset is added to the item's. */
void input_error(struct input *in, int status, const reload_diag *diag);
/* The kind of an item. */
struct item_kind {
    reload_item_kind kind;
    reload_form form;
};

/* input_error for an item that is kept. */
void item_error(struct tool *tool, const reload_origin *origin, const struct item_kind *item,
                int status, const reload_diag *diag);
/* Whether the item is a message. Reports garbage and items that cannot be read. */
bool input_is_message(struct input *in);

/* The place of an item, for errors: "offset 12", or "frame 3: offset 12" in a capture.
 * reload_place_text writes it in full. */
const char *origin_place(const reload_origin *origin, uint64_t offset, char text[96]);

/* Whether a path of a file to read is standard input: "-", or a name of its descriptor. */
bool path_is_standard_input(const char *path);

/* The expected content of a file (kinds.c). */
struct file_kind {
    const char *text;       /* "a private key" */
    reload_content content; /* RELOAD_CONTENT_UNKNOWN: it cannot be recognised */
    size_t max;             /* octets */
    bool secret;            /* a warning is printed if other users can read it */
    const char *in_ca;      /* its name in a CA's directory; NULL: none */
    const char *suffix;     /* of its name, as reload-keygen makes it; NULL: none */
};
extern const struct file_kind kind_secret, kind_key, kind_passphrase, kind_digest, kind_profile,
    kind_cert, kind_ca_certs, kind_crls, kind_request, kind_messages;

/* Reports a file that cannot be read. cause: an errno. */
void file_error(struct tool *tool, const char *path, const struct file_kind *kind, int cause);
/* Describes a file of the wrong kind. Returns false if its kind is unknown, or is the expected one.
 */
bool content_describe(const struct tool *tool, const reload_buf *octets,
                      const struct file_kind *kind, reload_diag *diag);
/* Reports a file of the wrong kind in the same way. */
bool content_error(struct tool *tool, const char *path, const reload_buf *octets,
                   const struct file_kind *kind);
/* Warns of a file of another kind, where any octets are of the expected kind. */
void content_warn(const struct tool *tool, const char *path, const reload_buf *octets,
                  const struct file_kind *kind);
/* The content that a file's first octets indicate; RELOAD_CONTENT_UNKNOWN if they cannot be read.
 */
reload_content content_of_file(const char *path);

/* Reads a whole file into buf; "-" is standard input. Returns false after reporting an error. */
bool file_read(struct tool *tool, const char *path, const struct file_kind *kind, reload_buf *buf);
/* Reads a whole file like file_read, without reporting: on failure the cause is in diag. */
bool file_load(const char *path, const struct file_kind *kind, reload_buf *buf, reload_diag *diag);
/* Reads a secret file (D12). Returns false after reporting an error. */
bool secret_read(struct tool *tool, const char *path, reload_buf *secret);

/* Takes a file's octets. */
typedef reload_err octets_taker(void *arg, const uint8_t *octets, size_t len, reload_diag *diag);
/* Passes octets of an expected kind to take. On failure, the diagnostic names the kind if it is
 * another. */
reload_err content_take(const struct tool *tool, const reload_buf *octets,
                        const struct file_kind *kind, octets_taker *take, void *arg,
                        reload_diag *diag);
/* Reads a file for take in the same way. Returns false after reporting an error. */
bool content_read(struct tool *tool, const char *path, const struct file_kind *kind,
                  octets_taker *take, void *arg);

/* The passphrase in a file, without one trailing LF or CR LF. A call reads the file once, since it
 * may be a pipe. Returns NULL after reporting an error. */
const char *passphrase_read(struct tool *tool, const char *path);
/* Reads a key's passphrase, NUL-terminated, from the terminal, whose echo is restored also if a
 * signal ends the program. path: of the key. Returns false after reporting an error. */
bool passphrase_ask(struct tool *tool, const char *path, reload_buf *passphrase);

/* Takes a key file's octets with a passphrase, or NULL for none. */
typedef reload_err key_taker(void *arg, const uint8_t *octets, size_t len, const char *passphrase,
                             reload_diag *diag);
/* Reads a private key file for take. The passphrase is read from passphrase_file, or, if that is
 * NULL and the key is encrypted, from the terminal. *plain: the key is not encrypted. Returns false
 * after reporting an error. */
bool key_read(struct tool *tool, const char *path, const char *passphrase_file, key_taker *take,
              void *arg, bool *plain);
/* Warns of a passphrase for a key that is not encrypted. */
void passphrase_warn_unused(const struct tool *tool, const char *key_path);

#endif
