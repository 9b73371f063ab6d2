/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets from a file, by libpcap, which is loaded when the first capture is read. */
#include "capture/file.h"

#include "base/fault.h"
#include "common/library.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static reload_err pcap_fail(reload_diag *diag,
                                                                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *diag = (reload_diag){.code = RELOAD_ERR_READ};
    (void)vsnprintf(diag->text, sizeof diag->text, format, args);
    va_end(args);
    return RELOAD_ERR_READ;
}

#ifndef HAVE_PCAP

reload_err cap_file_open(struct capture *c, reload_source source, void *arg, reload_diag *diag)
{
    (void)c;
    (void)source;
    (void)arg;
    return pcap_fail(diag, "captures cannot be read: this build was made without libpcap (meson "
                           "-Dpcap=enabled)");
}

reload_err cap_file_next(struct capture *c, struct cap_packet *packet, bool *more,
                         reload_diag *diag)
{
    (void)c;
    (void)packet;
    (void)diag;
    *more = false;
    return RELOAD_OK;
}

void cap_file_close(struct cap_file **file)
{
    (void)file;
}

reload_err capture_check_filter(const char *filter, reload_diag *diag)
{
    (void)filter;
    (void)diag;
    return RELOAD_OK;
}

#else

#include <pcap/pcap.h>

/* ---- libpcap ---- */

/* The functions of libpcap that are used. */
static struct {
    bool loaded;
    char fault[160];
    pcap_t *(*open)(FILE *, u_int, char *);
    int (*next)(pcap_t *, struct pcap_pkthdr **, const u_char **);
    char *(*error)(pcap_t *);
    int (*link)(pcap_t *);
    const char *(*link_name)(int);
    int (*compile)(pcap_t *, struct bpf_program *, const char *, int, bpf_u_int32);
    int (*match)(const struct bpf_program *, const struct pcap_pkthdr *, const u_char *);
    void (*free_filter)(struct bpf_program *);
    void (*close)(pcap_t *);
    pcap_t *(*open_dead)(int, int);
} pcap;

/* Loads libpcap, once. */
static bool load(void)
{
    static const char *const files[] = {"libpcap.so.0.8", "libpcap.so.1"};
    static const struct library_function functions[] = {
        {"pcap_fopen_offline_with_tstamp_precision", &pcap.open},
        {"pcap_next_ex", &pcap.next},
        {"pcap_geterr", &pcap.error},
        {"pcap_datalink", &pcap.link},
        {"pcap_datalink_val_to_name", &pcap.link_name},
        {"pcap_compile", &pcap.compile},
        {"pcap_offline_filter", &pcap.match},
        {"pcap_freecode", &pcap.free_filter},
        {"pcap_close", &pcap.close},
        {"pcap_open_dead", &pcap.open_dead},
    };
    pcap.loaded =
        pcap.loaded ||
        library_load("libpcap is required to read a capture (Debian: libpcap0.8)", files,
                     sizeof files / sizeof files[0], functions,
                     sizeof functions / sizeof functions[0], pcap.fault, sizeof pcap.fault);
    return pcap.loaded;
}

reload_err capture_check_filter(const char *filter, reload_diag *diag)
{
    enum { SNAPLEN = 65535 };
    struct bpf_program program;
    reload_err err = RELOAD_OK;
    pcap_t *dead = load() ? pcap.open_dead(DLT_EN10MB, SNAPLEN) : NULL;
    if (dead == NULL)
        return RELOAD_OK;
    if (pcap.compile(dead, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0)
        pcap.free_filter(&program);
    else
        err = pcap_fail(diag, "%.200s", pcap.error(dead));
    pcap.close(dead);
    return err;
}

/* ---- Files ---- */

struct cap_file {
    struct cap_input input;
    FILE *stream;
    pcap_t *pcap;
    struct bpf_program filter;
    bool filtered;
    uint64_t frame;
};

/* A function of fopencookie. */
static ssize_t read_cookie(void *cookie, char *octets, size_t size)
{
    return cap_input_read(cookie, (uint8_t *)octets, size);
}

/* The remedy for a file that libpcap does not read. */
static const char *remedy(const char *fault)
{
    if (strstr(fault, "different from the type") != NULL)
        return "; split it by interface: tshark -r FILE -Y 'frame.interface_id == 0' -w - | "
               "editcap -F pcap -T TYPE - OUT, with the TYPE that capinfos -I FILE shows for it, "
               "such as linux-sll";
    if (strstr(fault, "bigger than snaplen") != NULL)
        return "; the file is damaged, or a variant of pcap: try " CAPTURE_CONVERT;
    if (strstr(fault, "snapshot length") != NULL || strstr(fault, "unknown file format") != NULL)
        return "; " CAPTURE_CONVERT " makes one that can be read, if Wireshark can";
    return "";
}

enum { HEADER = 24 }; /* octets of pcap's file header; pcapng's has more */

static reload_err fail_joined(const struct cap_file *f, reload_diag *diag)
{
    return pcap_fail(diag,
                     "another capture begins after %" PRIu64
                     " packets: cat does not join captures; "
                     "specify the files as arguments, or use mergecap -a -w - FILE...",
                     f->frame - 1);
}

static reload_err fail_pcap(const struct cap_file *f, const char *fault, reload_diag *diag)
{
    if (f->input.fault != 0)
        return pcap_fail(
            diag, "%s", f->input.fault < 0 ? "the gzip data is damaged" : strerror(f->input.fault));
    if (f->input.total < HEADER)
        return pcap_fail(diag, "truncated: a capture of %" PRIu64 " octets, expected at least %d",
                         f->input.total, HEADER);
    if (f->input.watch.joined != 0)
        return fail_joined(f, diag);
    return pcap_fail(diag, "%.120s%s", fault, remedy(fault));
}

static reload_err set_filter(struct cap_file *f, const char *filter, reload_diag *diag)
{
    if (filter == NULL)
        return RELOAD_OK;
    if (pcap.compile(f->pcap, &f->filter, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return pcap_fail(diag, "--filter: %.200s", pcap.error(f->pcap));
    f->filtered = true;
    return RELOAD_OK;
}

static reload_err open_pcap(struct cap_file *f, const char *filter, reload_diag *diag)
{
    char fault[PCAP_ERRBUF_SIZE] = "";
    f->stream = fopencookie(&f->input, "r", (cookie_io_functions_t){.read = read_cookie});
    if (f->stream == NULL)
        return RELOAD_ERR_MEMORY;
    f->pcap = pcap.open(f->stream, PCAP_TSTAMP_PRECISION_NANO, fault);
    if (f->pcap == NULL)
        return fail_pcap(f, fault, diag);
    int link = pcap.link(f->pcap);
    const char *name = pcap.link_name(link);
    if (!cap_link_known(link))
        return pcap_fail(diag, "link type %d (%s) cannot be read, expected %s", link,
                         name == NULL ? "unknown" : name, cap_link_names);
    return set_filter(f, filter, diag);
}

/* The number in files of a link type. Of those that are read, one differs from libpcap's. */
static uint16_t linktype(int link)
{
    enum { LINKTYPE_RAW = 101 };
    return link == DLT_RAW ? LINKTYPE_RAW : (uint16_t)link;
}

reload_err cap_file_open(struct capture *c, reload_source source, void *arg, reload_diag *diag)
{
    if (!load())
        return pcap_fail(diag, "%s", pcap.fault);
    struct cap_file *f = calloc(1, sizeof *f);
    if (f == NULL)
        return RELOAD_ERR_MEMORY;
    cap_input_open(&f->input, source, arg);
    f->input.watch.extras = &c->extras;
    f->input.watch.capture = c;
    reload_err err = open_pcap(f, c->options.filter, diag);
    if (err != RELOAD_OK) {
        cap_file_close(&f);
        return err;
    }
    c->file = f;
    c->link = linktype(pcap.link(f->pcap));
    return RELOAD_OK;
}

void cap_file_close(struct cap_file **file)
{
    struct cap_file *f = *file;
    if (f == NULL)
        return;
    if (f->filtered)
        pcap.free_filter(&f->filter);
    if (f->pcap != NULL)
        pcap.close(f->pcap); /* and the stream */
    else if (f->stream != NULL)
        (void)fclose(f->stream);
    cap_input_close(&f->input);
    free(f);
    *file = NULL;
}

/* Passes a packet on. Its time is as the file has it, if that was seen. */
static void pcap_pass_on(struct capture *c, const struct cap_seen *seen,
                         const struct pcap_pkthdr *header, const u_char *octets)
{
    enum { MICRO = 6, NANO = 9, MILLION = 1000000, THOUSAND = 1000 };
    bool micro = seen->digits == MICRO && !seen->lost;
    uint64_t seconds = (uint32_t)header->ts.tv_sec, fraction = (uint64_t)header->ts.tv_usec;
    struct capture_packet packet = {
        .interface = seen->via,
        .link = linktype(pcap.link(c->file->pcap)),
        .resolution = micro ? MICRO : NANO,
        .time = micro ? seconds * MILLION + fraction / THOUSAND
                      : seconds * MILLION * THOUSAND + fraction,
        .octets = octets,
        .len = header->caplen,
        .sent = header->len,
    };
    if (seen->raw) {
        packet.time = seen->time;
        packet.resolution = seen->resolution;
        packet.offset = seen->offset;
        packet.texts = seen->texts;
    }
    cap_take(c, &packet);
}

reload_err cap_file_next(struct capture *c, struct cap_packet *packet, bool *more,
                         reload_diag *diag)
{
    struct cap_file *f = c->file;
    struct pcap_pkthdr *header;
    const u_char *octets;
    struct cap_seen seen;
    int result;
    do {
        result = pcap.next(f->pcap, &header, &octets);
        cap_input_packet(&f->input, &seen);
        f->frame++;
        if (result == 1 && !f->input.watch.ng && f->frame == f->input.watch.joined)
            result = PCAP_ERROR;
        if (result == 1)
            pcap_pass_on(c, &seen, header, octets);
    } while (result == 1 && f->filtered && pcap.match(&f->filter, header, octets) == 0 &&
             !RL_FAULT("captures: --filter"));
    *more = result == 1;
    if (result != 1)
        return result == PCAP_ERROR_BREAK && f->input.fault == 0
                   ? RELOAD_OK
                   : fail_pcap(f, pcap.error(f->pcap), diag);
    packet->via = seen.via;
    packet->stamp.digits = seen.digits;
    packet->octets = octets;
    packet->len = header->caplen;
    packet->sent = header->len > header->caplen ? header->len : header->caplen;
    packet->link = pcap.link(f->pcap);
    packet->stamp.frame = f->frame;
    packet->stamp.seconds = header->ts.tv_sec;
    packet->stamp.fraction = (uint32_t)header->ts.tv_usec; /* in nanoseconds */
    return RELOAD_OK;
}

#endif
