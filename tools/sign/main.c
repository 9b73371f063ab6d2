/* reload-sign: completes and signs messages, takes signatures off, adds ROUTE-LOGs. */
#include "common/tool.h"
#include "sign/examples.h"
#include "sign/counter.h"
#include "mutate/mutate.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SECRET = 256,
    KEY,
    CERT,
    RESOURCE_KEY,
    RESOURCE_CERT,
    PASSPHRASE_FILE,
    BOOT_TIME,
    COUNTER_FILE,
    NONE,
    TIME,
    TIMESTAMP,
    TRANSACTION_ID,
    PEER_ID,
    SIGN_SOURCE_INFO,
    SIGN_BODIES,
    RESIGN_BODIES,
    KEEP_SECURITY,
    FORCE,
    STRIP,
    APPEND_ROUTE_LOG,
    EXAMPLE,
    REPLY_TO,
    CODE,
    TBS,
    ATTACH,
    PROFILE,
    OVERLAY,
    MUTATE,
    MUTATE_DIR,
    SEED,
    PRETTY
};

/* clang-format off */
static const struct tool_option options[] = {
    {SECRET, "secret", "FILE", "sign under HMAC with the shared secret in FILE"},
    {KEY, "key", "FILE", "sign under CERTS with this peer's private key"},
    {CERT, "cert", "FILE", "its certificate"},
    {RESOURCE_KEY, "resource-key", "FILE", "sign BODYs with another private key, the resource's"},
    {RESOURCE_CERT, "resource-cert", "FILE", "its certificate"},
    {PASSPHRASE_FILE, "passphrase-file", "FILE", "the private keys' passphrase, instead of asking for it on the terminal"},
    {NONE, "none", NULL, "complete the message for an overlay run under NONE, and sign nothing"},
    {TIMESTAMP, "timestamp", NULL, "write a TIMESTAMP into each signature under HMAC too"},
    {TIME, "time", "TIME", "the TIMESTAMP's time (default: now)"},
    {TRANSACTION_ID, "transaction-id", "HEX", "for requests that have none (default: each gets one of its own)"},
    {BOOT_TIME, "boot-time", "TIME", "under CERTS, what Transaction IDs begin with (default: the TIMESTAMP)"},
    {COUNTER_FILE, "counter-file", "FILE", "go on counting Transaction IDs in FILE, where the last call left off"},
    {PEER_ID, "peer-id", "HEX", "for a response's SOURCE-INFO that has no PEER-ID"},
    {SIGN_SOURCE_INFO, "sign-source-info", NULL, "put a PEER-SIGNATURE into SOURCE-INFO"},
    {SIGN_BODIES, "sign-bodies", NULL, "sign unsigned BODYs in messages other than RESOURCE-PUT requests too"},
    {RESIGN_BODIES, "resign-bodies", NULL, "sign all BODYs anew"},
    {KEEP_SECURITY, "keep-security", NULL, "leave a Security field of 0 in PEER-JOIN requests"},
    {FORCE, "force", NULL, "do what would be refused, so far as it can be done"},
    {PROFILE, "profile", "FILE", "the overlay's profile: fills in the Overlay field, and refuses what does not agree with it"},
    {OVERLAY, "overlay", "NAME", "the overlay's name, instead of the profile's"},
    {REPLY_TO, "reply-to", "REQUEST", "make and sign the response to each request in this file, reading no other input"},
    {CODE, "code", "N", "with --reply-to: the response code, from 100 to 799"},
    {TBS, "tbs", NULL, "write the octets that the message's digest will cover, instead of signing it"},
    {ATTACH, "attach", "FILE", "sign with the digest in FILE, made elsewhere from the octets of --tbs"},
    {STRIP, "strip", NULL, "take all signatures off instead of signing"},
    {APPEND_ROUTE_LOG, "append-route-log", "JSON", "append a ROUTE-LOG, as a hop does; JSON: its members, an array"},
    {MUTATE, "mutate", "LIST", "make bad messages of the one signed, each with the reason it is refused for; help: which"},
    {MUTATE_DIR, "mutate-dir", "DIR", "write them as files into a new directory, instead of as JSON"},
    {SEED, "seed", "HEX", "with --mutate: what is random in them follows from this"},
    {EXAMPLE, "example", "METHOD", "print a JSON message of that method to start from"},
    {'f', "format", "FORM", "what to write: binary (default), json or hex"},
    {PRETTY, "pretty", NULL, "JSON over several lines, indented"},
    {'i', "input", "FORM", "read binary, json or hex, instead of telling it by the first octets"},
    {'o', "output", "FILE", "write to FILE instead of standard output"},
    {'q', "quiet", NULL, "print no warnings on standard error, only errors"},
    {0, NULL, NULL, NULL},
};
/* clang-format on */

static const struct tool_help help = {
    "reload-sign (--secret=FILE | --key=FILE --cert=FILE | --none) [options] [FILE...]\n"
    "reload-sign --reply-to=REQUEST --code=N (--secret=FILE | --key=FILE --cert=FILE | --none) "
    "[options]\n"
    "reload-sign --strip [options] [FILE...]\n"
    "reload-sign --append-route-log=JSON [options] [FILE...]\n"
    "reload-sign --mutate=LIST --seed=HEX (--secret=FILE | --key=FILE --cert=FILE) [options] "
    "[FILE]\n"
    "reload-sign --example=METHOD",
    "Crafts RELOAD messages: completes what is missing and signs them as a sending peer must.",
    options,
};

struct sign {
    struct tool tool;
    enum tool_octets_form form;
    unsigned json_flags;
    unsigned flags;
    bool has_form;
    bool strip;
    bool tbs;
    bool attach, attached; /* a digest is attached; and one message has had it */
    reload_sign_options options;
    reload_buf digest; /* the attached one */
    reload_span digest_span;
    uint8_t transaction_id[RELOAD_TRANSACTION_SIZE];
    uint8_t peer_id[RELOAD_ID_SIZE];
    unsigned code;         /* of responses to what is read; 0: what is read is signed itself */
    reload_signer *signer; /* NULL: nothing is signed */
    reload_buf route_log;  /* an encoded ROUTE-LOG to be appended; empty: none */
    reload_buf done;       /* the message as it is to be written */
    reload_buf half_done;
    reload_buf response;
    reload_msg *msg;
    char *overlay;                /* its name, where that is known */
    struct mutate_options mutate; /* list NULL: no mutants are made */
    struct output out;
    struct input in;
};

/* Reads a ROUTE-LOG, given as its members or as json.md's object for the attribute. */
static bool read_route_log(struct sign *s, const char *json)
{
    static const char before[] = "{\"type\": \"ROUTE-LOG\", \"value\": ", after[] = "}";
    reload_diag diag = {0};
    reload_err err;
    const char *pointer = diag.pointer;
    if (json[strspn(json, " \t\r\n")] == '[') {
        reload_buf text = {0};
        reload_buf_append(&text, before, sizeof before - 1);
        reload_buf_append(&text, json, strlen(json));
        reload_buf_append(&text, after, sizeof after - 1);
        err = text.err != RELOAD_OK ? text.err
                                    : reload_json_read_attr((const char *)text.octets, text.len,
                                                            &s->route_log, &diag);
        reload_buf_free(&text);
        if (strncmp(pointer, "/value", 6) == 0)
            pointer += 6; /* which the caller has not written */
        diag.column -=
            diag.line == 1 && diag.column >= sizeof before - 1 ? (unsigned)(sizeof before - 1) : 0;
    } else {
        err = reload_json_read_attr(json, strlen(json), &s->route_log, &diag);
        if (err == RELOAD_OK &&
            (s->route_log.octets[0] != 0 || s->route_log.octets[1] != RELOAD_A_ROUTE_LOG)) {
            tool_error(&s->tool, STATUS_USAGE, "--append-route-log: the attribute is no ROUTE-LOG");
            return false;
        }
    }
    if (err == RELOAD_ERR_MEMORY)
        tool_error(&s->tool, STATUS_FAILED, "%s", reload_strerror(err));
    else if (err != RELOAD_OK && diag.line > 0)
        tool_error(&s->tool, STATUS_USAGE, "--append-route-log: line %u, column %u: %s", diag.line,
                   diag.column, diag.text);
    else if (err != RELOAD_OK)
        tool_error(&s->tool, STATUS_USAGE, "--append-route-log: %s%s%s", pointer,
                   pointer[0] != '\0' ? ": " : "", diag.text);
    return err == RELOAD_OK;
}

/* One step of the work: from what was read, or from a response to it, to a buffer. */
static reload_err first_step(struct sign *s, reload_buf *out, reload_diag *diag)
{
    const reload_msg *to_sign = s->in.msg;
    if (s->code != 0) {
        reload_buf_reset(&s->response);
        reload_err err = reload_reply(s->in.msg, s->code, &s->response, diag);
        if (err == RELOAD_OK)
            err = reload_msg_parse(s->msg, s->response.octets, s->response.len, diag);
        if (err != RELOAD_OK)
            return err;
        to_sign = s->msg;
    }
    if (s->strip)
        return reload_strip(s->in.msg, s->flags, out, diag);
    if (s->tbs)
        return reload_sign_tbs(s->signer, to_sign, &s->options, out, diag);
    if (s->signer != NULL)
        return reload_sign(s->signer, to_sign, &s->options, out, diag);
    return reload_append_attr(s->in.msg, s->route_log.octets, s->route_log.len, s->flags, out,
                              diag);
}

/* What happens to a message: signed or stripped, and then a ROUTE-LOG behind it. */
static reload_err work(struct sign *s, reload_diag *diag)
{
    bool both = s->route_log.len > 0 && (s->strip || s->signer != NULL);
    reload_buf_reset(&s->done);
    reload_buf_reset(&s->half_done);
    reload_err err = first_step(s, both ? &s->half_done : &s->done, diag);
    if (err == RELOAD_OK && both) {
        err = reload_msg_parse(s->msg, s->half_done.octets, s->half_done.len, diag);
        if (err == RELOAD_OK)
            err = reload_append_attr(s->msg, s->route_log.octets, s->route_log.len, s->flags,
                                     &s->done, diag);
    }
    if (err == RELOAD_OK && !s->tbs)
        err = reload_msg_parse(s->msg, s->done.octets, s->done.len, diag);
    return err;
}

/* Tells of what a signed message holds that nobody has signed, and no verifier takes or looks at.
 */
static void warn_of_unsigned(struct sign *s)
{
    size_t ignored = 0, bodies = 0;
    for (size_t i = 0; i < reload_msg_count(s->msg); i++) {
        const reload_attr *attr = reload_msg_attr(s->msg, i);
        ignored += attr->ignored && attr->depth == 1;
        bodies +=
            attr->type == RELOAD_A_BODY && attr->in_place && !attr->ignored &&
            reload_msg_member(s->msg, (uint32_t)i, RELOAD_A_BODY_SIGNATURE) == RELOAD_NO_ATTR &&
            reload_msg_member(s->msg, (uint32_t)i, RELOAD_A_BODY_CERTIFICATE) == RELOAD_NO_ATTR;
    }
    if (ignored > 0)
        tool_warn(&s->tool,
                  "%s: message %" PRIu64
                  ": warning: what stands behind the SIGNATURE is not signed, and will be ignored "
                  "(D10); --strip first makes it part of the message",
                  s->in.file, s->in.index);
    if (bodies > 0)
        tool_warn(&s->tool,
                  "%s: message %" PRIu64
                  ": warning: a BODY has no signature, and no verifier takes it; --sign-bodies "
                  "makes one",
                  s->in.file, s->in.index);
}

/* Writes what became of a message. */
static void write_done(struct sign *s)
{
    if (s->signer != NULL && !s->tbs &&
        reload_msg_field(s->msg, RELOAD_F_SECURITY) != RELOAD_SECURITY_NONE)
        warn_of_unsigned(s);
    if (s->tbs && s->form == OCTETS_HEX)
        tool_write_hex(&s->out, s->done.octets, s->done.len, false);
    else if (s->tbs)
        (void)output_write(&s->out, s->done.octets, s->done.len);
    else
        tool_write_message(&s->out, s->msg, s->form, NULL, s->json_flags);
    if (s->signer != NULL && !s->tbs && (s->flags & RELOAD_SIGN_SOURCE_INFO) != 0 &&
        reload_msg_member(s->msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO) == RELOAD_NO_ATTR)
        tool_warn(&s->tool, "%s: message %" PRIu64 ": warning: no SOURCE-INFO to sign", s->in.file,
                  s->in.index);
}

static void work_on_all(struct sign *s)
{
    while (!s->out.failed && input_next(&s->in)) {
        reload_diag diag = {0};
        if (!input_is_message(&s->in))
            continue;
        if (s->attach && s->attached) {
            (void)snprintf(diag.text, sizeof diag.text, "the attached digest was for one message");
            input_error(&s->in, STATUS_FAILED, &diag);
            continue;
        }
        s->attached = true;
        reload_err err = work(s, &diag);
        if (err == RELOAD_OK)
            write_done(s);
        else
            input_error(&s->in, err == RELOAD_ERR_MALFORMED ? STATUS_MALFORMED : STATUS_FAILED,
                        &diag);
    }
}

/* --mutate: signs the one message that is there, and makes the mutants of it. */
static void mutate_one(struct sign *s, const char *path)
{
    reload_diag diag = {0};
    bool done = false;
    char *file = NULL;
    while (input_next(&s->in)) {
        reload_err err = RELOAD_OK;
        if (!input_is_message(&s->in))
            continue;
        if (done) {
            (void)snprintf(diag.text, sizeof diag.text, "--mutate takes one message");
            input_error(&s->in, STATUS_FAILED, &diag);
            continue;
        }
        err = work(s, &diag);
        if (err != RELOAD_OK)
            input_error(&s->in, err == RELOAD_ERR_MALFORMED ? STATUS_MALFORMED : STATUS_FAILED,
                        &diag);
        done = true;
        file = file == NULL ? strdup(s->in.file) : file;
    }
    if (done && s->tool.status == STATUS_FINE)
        mutate(&s->tool, &s->mutate, s->signer, s->done.octets, s->done.len,
               file == NULL ? "-" : file, path);
    free(file);
}

/* The overlay's name is a verifier's to be told too. */
static bool set_overlay(struct sign *s, const char *name)
{
    free(s->overlay);
    s->overlay = strdup(name);
    s->mutate.overlay = s->overlay;
    if (s->overlay != NULL && reload_signer_set_overlay(s->signer, name) == RELOAD_OK)
        return true;
    tool_error(&s->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    return false;
}

/* What is random in a message that is mutated follows from the seed: under HMAC, the Transaction
 * ID. */
static bool seed_transaction_id(struct sign *s)
{
    reload_err err = mutate_transaction_id(&s->mutate, s->transaction_id);
    s->options.transaction_id = s->transaction_id;
    if (err != RELOAD_OK)
        tool_error(&s->tool, STATUS_FAILED, "%s", reload_strerror(err));
    return err == RELOAD_OK;
}

static int print_mutations(struct sign *s, const char *path)
{
    if (output_open(&s->out, &s->tool, path, 0)) {
        mutate_help(&s->out);
        (void)output_close(&s->out);
    }
    return s->tool.status;
}

static int print_example(struct sign *s, const char *name, const char *path)
{
    uint32_t method = tool_named(&s->tool, "--example", name, RELOAD_NAMES_METHOD);
    const char *example = example_of(method);
    if (example == NULL)
        tool_usage(&s->tool, "--example: there is none for method \"%s\"", name);
    if (output_open(&s->out, &s->tool, path, 0)) {
        (void)output_write(&s->out, example, strlen(example));
        (void)output_close(&s->out);
    }
    return s->tool.status;
}

/* The options' values until the signer is made of them. */
struct key {
    const char *secret;
    const char *key, *cert, *resource_key, *resource_cert, *passphrase_file, *attach, *profile,
        *overlay;
    bool none;
    bool has_time, has_boot_time;
    uint32_t time, boot_time;
    struct counter counter; /* its path is NULL where none is told */
};

/* key_takers. */
static reload_err take_key(void *signer, const uint8_t *octets, size_t len, const char *passphrase,
                           reload_diag *diag)
{
    return reload_signer_set_key(signer, octets, len, passphrase, diag);
}

static reload_err take_resource_key(void *signer, const uint8_t *octets, size_t len,
                                    const char *passphrase, reload_diag *diag)
{
    return reload_signer_set_resource_key(signer, octets, len, passphrase, diag);
}

static bool read_cert(struct sign *s, const char *path,
                      reload_err (*set)(reload_signer *signer, const uint8_t *octets, size_t len,
                                        reload_diag *diag))
{
    enum { MAX_CERT = 1024 * 1024 };
    reload_buf octets = {0};
    reload_diag diag = {0};
    bool good = file_read(&s->tool, path, MAX_CERT, &octets, false);
    tool_keep(&s->tool, path);
    if (good && set(s->signer, octets.octets, octets.len, &diag) != RELOAD_OK) {
        tool_error(&s->tool, STATUS_FAILED, "%s: %s", path, diag.text);
        good = false;
    }
    reload_buf_free(&octets);
    return good;
}

static bool read_certs(struct sign *s, const struct key *key)
{
    reload_diag diag;
    if ((key->key != NULL &&
         !key_read(&s->tool, key->key, key->passphrase_file, take_key, s->signer)) ||
        !read_cert(s, key->cert, reload_signer_set_cert))
        return false;
    if (key->resource_key != NULL &&
        (!key_read(&s->tool, key->resource_key, key->passphrase_file, take_resource_key,
                   s->signer) ||
         !read_cert(s, key->resource_cert, reload_signer_set_resource_cert)))
        return false;
    if (key->key == NULL || reload_signer_check(s->signer, s->flags, &diag) == RELOAD_OK)
        return true;
    tool_error(&s->tool, STATUS_FAILED, "%s", diag.text);
    return false;
}

static bool read_secret(struct sign *s, const char *path)
{
    reload_buf secret = {0};
    bool good = secret_read(&s->tool, path, &secret);
    reload_err err =
        good ? reload_signer_set_secret(s->signer, secret.octets, secret.len) : RELOAD_OK;
    reload_buf_free(&secret);
    if (err != RELOAD_OK)
        tool_error(&s->tool, STATUS_FAILED, "%s", reload_strerror(err));
    return good && err == RELOAD_OK;
}

/* Takes the overlay's parameters from its profile. */
static bool read_profile(struct sign *s, const char *path, reload_security security)
{
    reload_profile profile;
    if (!profile_read(&s->tool, path, &profile))
        return false;
    bool agrees = profile.security < 0 || profile.security == (int64_t)security ||
                  (s->flags & RELOAD_SIGN_FORCE) != 0;
    if (!agrees)
        tool_error(&s->tool, STATUS_FAILED, "%s: the overlay is not run under %s", path,
                   reload_name(RELOAD_NAMES_SECURITY, security));
    if (profile.overlay != NULL && !set_overlay(s, profile.overlay))
        agrees = false;
    if (profile.max_skew != -1) {
        s->mutate.skew_limit = profile.max_skew >= 0;
        s->mutate.max_skew = profile.max_skew;
    }
    if (profile.dht >= 0)
        reload_signer_set_dht(s->signer, (uint8_t)profile.dht);
    if (profile.hash >= 0)
        reload_signer_set_hash(s->signer, (uint8_t)profile.hash);
    reload_profile_free(&profile);
    return agrees;
}

/* Reads the digest that was made elsewhere. */
static bool read_attached(struct sign *s, const char *path)
{
    if (!file_read(&s->tool, path, 8192 / 8, &s->digest, false))
        return false;
    s->digest_span = (reload_span){s->digest.octets, s->digest.len};
    s->options.attached = &s->digest_span;
    return true;
}

/* Has the signer count in a file. */
static bool use_counter(struct sign *s, struct counter *counter, const struct key *key)
{
    counter->has_boot_time = key->has_boot_time;
    counter->force = (s->flags & RELOAD_SIGN_FORCE) != 0;
    reload_signer_set_counter_source(s->signer, counter_next, counter);
    return counter_check(&s->tool, counter);
}

static bool make_signer(struct sign *s, struct key *key)
{
    reload_security security = key->none           ? RELOAD_SECURITY_NONE
                               : key->cert != NULL ? RELOAD_SECURITY_CERTS
                                                   : RELOAD_SECURITY_HMAC;
    s->signer = reload_signer_new(security);
    if (s->signer == NULL) {
        tool_error(&s->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        return false;
    }
    s->options.size = sizeof s->options;
    s->options.flags = s->flags;
    s->mutate.time = key->has_time ? key->time : (uint32_t)time(NULL);
    s->mutate.security = security;
    s->options.time = s->mutate.time;
    if (key->has_boot_time)
        reload_signer_set_boot_time(s->signer, key->boot_time);
    if (s->tbs && !key->has_time)
        tool_warn(&s->tool, "warning: without --time, --attach will sign other octets than these");
    if (s->mutate.list != NULL && !key->has_time)
        tool_warn(&s->tool, "warning: without --time, another run makes other messages");
    return (key->secret == NULL || read_secret(s, key->secret)) &&
           (key->cert == NULL || read_certs(s, key)) &&
           (key->profile == NULL || read_profile(s, key->profile, security)) &&
           (key->attach == NULL || read_attached(s, key->attach)) &&
           (key->counter.path == NULL || use_counter(s, &key->counter, key)) &&
           (key->overlay == NULL || set_overlay(s, key->overlay)) &&
           (s->mutate.list == NULL || security != RELOAD_SECURITY_HMAC ||
            s->options.transaction_id != NULL || seed_transaction_id(s));
}

/* Ends the program where the options about keys do not go together. */
static void check_options(const struct sign *s, const struct key *key, bool route_log)
{
    int keys = (key->secret != NULL) + (key->key != NULL || key->cert != NULL) + key->none;
    if (keys > 1)
        tool_usage(&s->tool, "--secret, --key and --none exclude each other");
    bool elsewhere = s->tbs || key->attach != NULL;
    if ((key->key != NULL && key->cert == NULL) ||
        (key->cert != NULL && key->key == NULL && !elsewhere))
        tool_usage(&s->tool,
                   "--key and --cert go together; --cert alone goes with --tbs and --attach");
    if (s->tbs && key->attach != NULL)
        tool_usage(&s->tool, "--tbs and --attach are two steps of the work");
    if (elsewhere && (keys == 0 || key->none || route_log || (s->tbs && s->form == OCTETS_JSON)))
        tool_usage(&s->tool,
                   "--tbs and --attach go with --secret or --cert, and --tbs writes no JSON");
    if ((key->resource_key == NULL) != (key->resource_cert == NULL))
        tool_usage(&s->tool, "--resource-key and --resource-cert go together");
    if (key->resource_key != NULL && key->cert == NULL)
        tool_usage(&s->tool, "--resource-key goes with --key and --cert");
    if (s->strip && keys > 0)
        tool_usage(&s->tool, "--strip takes signatures off and needs no key");
    if (key->counter.path != NULL && key->cert == NULL)
        tool_usage(
            &s->tool,
            "--counter-file goes with --key and --cert: only under CERTS do Transaction IDs count");
    if (key->counter.path != NULL &&
        (elsewhere || s->options.transaction_id != NULL || s->code != 0))
        tool_usage(&s->tool, "--counter-file gives new Transaction IDs, and excludes "
                             "--transaction-id, --tbs, --attach and --reply-to");
    if (!s->strip && keys == 0 && !route_log)
        tool_usage(&s->tool, "one of --secret, --key, --none, --strip, --append-route-log and "
                             "--example says what to do");
}

/* The same for --mutate. */
static void check_mutate_options(struct sign *s, const struct key *key, const char *path)
{
    const struct mutate_options *m = &s->mutate;
    if (m->list == NULL && (m->seed != NULL || m->dir != NULL))
        tool_usage(&s->tool, "--seed and --mutate-dir go with --mutate");
    if (m->list == NULL)
        return;
    mutate_check_options(&s->tool, m);
    if ((key->secret == NULL && key->key == NULL) || s->tbs || key->attach != NULL)
        tool_usage(&s->tool,
                   "--mutate goes with --secret, or --key and --cert, and signs by itself");
    if (s->has_form && s->form != (m->dir == NULL ? OCTETS_JSON : OCTETS_BINARY))
        tool_usage(&s->tool, "--mutate writes JSON, and with --mutate-dir binary messages");
    if (m->dir != NULL && path != NULL)
        tool_usage(&s->tool, "--mutate-dir writes to files of its own, and nothing to --output");
}

static void run(struct sign *s, const char *path, reload_form form, char **files, int count)
{
    s->msg = reload_msg_new();
    if (s->msg == NULL) {
        tool_error(&s->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        return;
    }
    if (s->mutate.list != NULL) {
        if (input_open(&s->in, &s->tool, form, files, count, NULL)) {
            mutate_one(s, path);
            input_close(&s->in);
        }
        return;
    }
    if (!output_open(&s->out, &s->tool, path, 0))
        return;
    if (input_open(&s->in, &s->tool, form, files, count, &s->out)) {
        work_on_all(s);
        input_close(&s->in);
    }
    (void)output_close(&s->out);
}

int main(int argc, char **argv)
{
    struct sign s = {.tool = {.name = "reload-sign"},
                     .mutate = {.skew_limit = true, .max_skew = RELOAD_DEFAULT_SKEW}};
    struct key key = {0};
    reload_form input_form = RELOAD_FORM_AUTO;
    const char *path = NULL, *route_log = NULL, *example = NULL;
    char *argument, *reply_to = NULL;
    int id;
    while ((id = tool_getopt(&s.tool, argc, argv, &help, &argument)) != -1) {
        switch (id) {
        case SECRET:
            key.secret = argument;
            break;
        case KEY:
            key.key = argument;
            break;
        case CERT:
            key.cert = argument;
            break;
        case RESOURCE_KEY:
            key.resource_key = argument;
            break;
        case RESOURCE_CERT:
            key.resource_cert = argument;
            break;
        case PASSPHRASE_FILE:
            key.passphrase_file = argument;
            break;
        case BOOT_TIME:
            key.boot_time = tool_timestamp(&s.tool, "--boot-time", argument);
            key.has_boot_time = true;
            break;
        case COUNTER_FILE:
            key.counter.path = argument;
            break;
        case NONE:
            key.none = true;
            break;
        case TIME:
            key.time = tool_timestamp(&s.tool, "--time", argument);
            key.has_time = true;
            break;
        case TIMESTAMP:
            s.flags |= RELOAD_SIGN_TIMESTAMP;
            break;
        case TRANSACTION_ID:
            tool_hex(&s.tool, "--transaction-id", argument, s.transaction_id,
                     sizeof s.transaction_id);
            s.options.transaction_id = s.transaction_id;
            break;
        case PEER_ID:
            tool_hex(&s.tool, "--peer-id", argument, s.peer_id, sizeof s.peer_id);
            s.options.peer_id = s.peer_id;
            break;
        case SIGN_SOURCE_INFO:
            s.flags |= RELOAD_SIGN_SOURCE_INFO;
            break;
        case SIGN_BODIES:
            s.flags |= RELOAD_SIGN_BODIES;
            break;
        case RESIGN_BODIES:
            s.flags |= RELOAD_SIGN_RESIGN_BODIES;
            break;
        case KEEP_SECURITY:
            s.flags |= RELOAD_SIGN_KEEP_SECURITY;
            break;
        case FORCE:
            s.flags |= RELOAD_SIGN_FORCE;
            break;
        case STRIP:
            s.strip = true;
            break;
        case APPEND_ROUTE_LOG:
            route_log = argument;
            break;
        case EXAMPLE:
            example = argument;
            break;
        case REPLY_TO:
            reply_to = argument;
            break;
        case CODE:
            s.code = (unsigned)tool_number(&s.tool, "--code", argument, 100, 799);
            break;
        case TBS:
            s.tbs = true;
            break;
        case ATTACH:
            key.attach = argument;
            s.attach = true;
            break;
        case PROFILE:
            key.profile = argument;
            break;
        case 'f':
            s.form = tool_octets_form(&s.tool, "--format", argument, "");
            s.has_form = true;
            break;
        case OVERLAY:
            key.overlay = argument;
            break;
        case MUTATE:
            s.mutate.list = argument;
            break;
        case MUTATE_DIR:
            s.mutate.dir = argument;
            break;
        case SEED:
            s.mutate.seed = argument;
            break;
        case PRETTY:
            s.json_flags |= RELOAD_PRETTY;
            break;
        case 'i':
            input_form = tool_form(&s.tool, "--input", argument);
            break;
        case 'o':
            path = argument;
            break;
        case 'q':
            s.tool.quiet = true;
            break;
        default:
            break;
        }
    }
    if (example != NULL)
        return print_example(&s, example, path);
    if (s.mutate.list != NULL && strcmp(s.mutate.list, "help") == 0)
        return print_mutations(&s, path);
    check_options(&s, &key, route_log != NULL);
    check_mutate_options(&s, &key, path);
    s.mutate.json_flags = s.json_flags;
    bool keyed = key.secret != NULL || key.cert != NULL || key.none;
    if ((reply_to == NULL) != (s.code == 0) || (reply_to != NULL && (!keyed || s.strip)))
        tool_usage(&s.tool,
                   "--reply-to and --code go together, and with a key to sign the response with");
    if (reply_to != NULL && optind < argc)
        tool_usage(&s.tool, "--reply-to reads no other input than the request");
    char *requests[] = {reply_to};
    if ((route_log == NULL || read_route_log(&s, route_log)) && (!keyed || make_signer(&s, &key)))
        run(&s, path, input_form, reply_to != NULL ? requests : argv + optind,
            reply_to != NULL ? 1 : argc - optind);
    reload_signer_free(&s.signer);
    reload_msg_free(&s.msg);
    reload_buf_free(&s.route_log);
    reload_buf_free(&s.done);
    reload_buf_free(&s.half_done);
    reload_buf_free(&s.response);
    reload_buf_free(&s.digest);
    free(s.overlay);
    return s.tool.status;
}
