/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/packet-output.h"

#include "common/array.h"

#include <stdlib.h>
#include <string.h>

enum {
    MICROSECONDS = 6,
    PORT = 49152 /* RFC 6335: of no protocol, so that Wireshark takes it for none */
};

void packet_output_free(struct packet_output *o)
{
    free(o->interfaces);
    o->interfaces = NULL;
}

/* ---- Interfaces ---- */

static int compare_texts(reload_span a, reload_span b)
{
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return a.len == 0 ? 0 : memcmp(a.octets, b.octets, a.len);
}

static int compare_interfaces(const struct packet_interface *a, const struct packet_interface *b)
{
    if (a->interface != b->interface)
        return a->interface < b->interface ? -1 : 1;
    if (a->facts.link != b->facts.link)
        return a->facts.link < b->facts.link ? -1 : 1;
    if (a->facts.resolution != b->facts.resolution)
        return a->facts.resolution < b->facts.resolution ? -1 : 1;
    if (a->facts.offset != b->facts.offset)
        return a->facts.offset < b->facts.offset ? -1 : 1;
    int order = compare_texts(a->facts.name, b->facts.name);
    return order != 0 ? order : compare_texts(a->facts.description, b->facts.description);
}

/* libpcap reads no file with several link types, or several interfaces of raw IP. */
static void check_link(struct packet_output *o, uint16_t link)
{
    if (o->count == 0)
        o->link = link;
    else if (o->link == link && link == PCAPNG_RAW)
        o->link = UINT16_MAX;
    if (o->link == link || o->mixed)
        return;
    o->mixed = true;
    tool_warn_file(o->out->tool, o->out->path,
                   "has several link types, or several interfaces of raw IP; it can be read by "
                   "Wireshark, but not by libpcap, and so not by these tools");
}

/* Writes a new interface, for the place in the table. */
static reload_err add_interface(struct packet_output *o, size_t at, struct packet_interface *new)
{
    reload_err err = RELOAD_OK;
    struct packet_interface *grown = array_grow(o->interfaces, &o->cap, o->count, sizeof *grown);
    if (grown == NULL)
        return RELOAD_ERR_MEMORY;
    o->interfaces = grown;
    if (!o->begun)
        err = pcapng_write_section(o->out->tool->name, output_write, o->out);
    o->begun = true;
    check_link(o, new->facts.link);
    new->number = (uint32_t)o->count;
    memmove(o->interfaces + at + 1, o->interfaces + at, (o->count - at) * sizeof *new);
    o->interfaces[at] = *new;
    o->count++;
    return err == RELOAD_OK ? pcapng_write_interface(&new->facts, output_write, o->out) : err;
}

/* The number of an interface, which is written if it is new. */
static reload_err find_interface(struct packet_output *o, struct packet_interface *wanted)
{
    size_t from = 0, to = o->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare_interfaces(&o->interfaces[middle], wanted);
        if (order == 0) {
            wanted->number = o->interfaces[middle].number;
            return RELOAD_OK;
        }
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return add_interface(o, from, wanted);
}

/* ---- Packets ---- */

void packet_output_begin(struct packet_output *o, int link)
{
    struct packet_interface interface = {
        .facts = {.link = link < 0 ? PCAPNG_RAW : (uint16_t)link, .resolution = MICROSECONDS}};
    if (!o->begun)
        output_check(o->out, find_interface(o, &interface));
}

void packet_output_write(struct packet_output *o, const struct capture_packet *packet,
                         const reload_buf *comments)
{
    struct packet_interface interface = {.interface = packet->interface,
                                         .facts = {.link = packet->link,
                                                   .resolution = packet->resolution,
                                                   .offset = packet->offset}};
    const struct capture_interface *texts = packet->texts;
    if (texts != NULL) {
        interface.facts.name = (reload_span){texts->name, texts->name_len};
        interface.facts.description = (reload_span){texts->description, texts->description_len};
    }
    reload_err err = find_interface(o, &interface);
    const struct pcapng_packet written = {.interface = interface.number,
                                          .time = packet->time,
                                          .octets = packet->octets,
                                          .len = packet->len,
                                          .sent = packet->sent,
                                          .options = comments};
    output_check(o->out,
                 err == RELOAD_OK ? pcapng_write_packet(&written, output_write, o->out) : err);
    output_end_message(o->out);
}

/* ---- Packets of our own ---- */

static bool is_known_address(const reload_value *value)
{
    return value->kind == RELOAD_KIND_IP_PORT;
}

/* An end's address and port; a documentation address (RFC 5737, RFC 3849) if it is not known. */
static void set_end(uint8_t address[16], uint16_t *port, const reload_value *value, bool ipv6,
                    uint8_t host)
{
    static const uint8_t documentation[] = {0x20, 0x01, 0x0d, 0xb8}, test_net[] = {192, 0, 2};
    memset(address, 0, 16);
    *port = is_known_address(value) ? value->port : PORT;
    if (is_known_address(value) && ipv6 && !value->ipv6) {
        address[10] = address[11] = 0xff; /* ::ffff:ADDRESS */
        memcpy(address + 12, value->address, 4);
    } else if (is_known_address(value)) {
        memcpy(address, value->address, ipv6 ? 16 : 4);
    } else if (ipv6) {
        memcpy(address, documentation, sizeof documentation);
        address[15] = host;
    } else {
        memcpy(address, test_net, sizeof test_net);
        address[3] = host;
    }
}

static struct pcapng_ends ends_of(const reload_capture *c)
{
    struct pcapng_ends ends;
    ends.ipv6 = (is_known_address(&c->source) && c->source.ipv6) ||
                (is_known_address(&c->destination) && c->destination.ipv6);
    ends.tcp = c->transport != NULL && strcmp(c->transport, "TCP") == 0;
    set_end(ends.source, &ends.source_port, &c->source, ends.ipv6, 1);
    set_end(ends.destination, &ends.destination_port, &c->destination, ends.ipv6, 2);
    return ends;
}

/* The interface of packets that are made: one of raw IP that is there already, if possible, since
 * libpcap accepts one alone. *time: in microseconds, then as the interface has it. */
static reload_err find_own(struct packet_output *o, uint32_t *number, uint64_t *time)
{
    enum { NANOSECONDS = 9, THOUSAND = 1000 };
    struct packet_interface own = {.facts = {.link = PCAPNG_RAW, .resolution = MICROSECONDS}};
    for (size_t i = 0; i < o->count; i++) {
        const struct pcapng_interface *facts = &o->interfaces[i].facts;
        bool nano = facts->resolution == NANOSECONDS;
        if (facts->link != PCAPNG_RAW || facts->offset != 0 ||
            (!nano && facts->resolution != MICROSECONDS))
            continue;
        *number = o->interfaces[i].number;
        *time = nano ? *time * THOUSAND : *time;
        return RELOAD_OK;
    }
    reload_err err = find_interface(o, &own);
    *number = own.number;
    return err;
}

struct carried {
    struct packet_output *o;
    uint32_t interface;
    uint64_t time;
};

/* A pcapng_packet_sink. */
static reload_err write_carried(void *arg, const uint8_t *octets, size_t len)
{
    struct carried *c = arg;
    const struct pcapng_packet packet = {.interface = c->interface,
                                         .time = c->time,
                                         .octets = octets,
                                         .len = (uint32_t)len,
                                         .sent = (uint32_t)len};
    return pcapng_write_packet(&packet, output_write, c->o->out);
}

void packet_output_carry(struct packet_output *o, reload_span octets, reload_time time,
                         const reload_capture *known)
{
    const struct pcapng_ends ends = ends_of(known);
    struct carried carried = {.o = o, .time = time > 0 ? (uint64_t)time : 0};
    reload_err err = find_own(o, &carried.interface, &carried.time);
    if (err == RELOAD_OK)
        err = pcapng_carry(&ends, o->sequence, octets.octets, octets.len, write_carried, &carried);
    o->sequence += (uint32_t)octets.len + 2;
    output_check(o->out, err);
    output_end_message(o->out);
}
