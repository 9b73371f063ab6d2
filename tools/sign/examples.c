/* SPDX-License-Identifier: BSD-2-Clause */
#include "sign/examples.h"

#include <reload.h>

/* The peers and the resource are those of the drafts' examples, with short IDs extended by zeros;
 * the overlay is "chat" (B§8.1.1, S§4.1). reload-sign completes the Security field, the
 * Transaction ID and the signatures. */
#define ALICE "463ac413c4000000000000000000000000000000"
#define SOURCE_INFO                                                       \
    "    {\"type\": \"SOURCE-INFO\", \"value\": [\n"                      \
    "      {\"type\": \"PEER-ID\", \"value\": \"" ALICE "\"},\n"          \
    "      {\"type\": \"PEER-IP-PORT\", \"value\": \"10.4.1.2:5060\"},\n" \
    "      {\"type\": \"PEER-EXPIRATION\", \"value\": 300}]}"
#define MESSAGE(method, destination, attributes)                                           \
    "{\n  \"header\": {\"ttl\": 32, \"routing\": \"UNSPECIFIED\", \"dht\": \"Chord1.0\", " \
    "\"hash\": \"SHA-1\",\n"                                                               \
    "             \"method\": \"" method "\",\n"                                           \
    "             \"destination_id\": " destination ",\n"                                  \
    "             \"source_id\": \"" ALICE "\",\n"                                         \
    "             \"overlay\": {\"name\": \"chat\"}},\n"                                   \
    "  \"attributes\": [\n" SOURCE_INFO attributes "]\n}\n"
#define RESOURCE                                                                                   \
    ",\n    {\"type\": \"RESOURCE\", \"value\": [\n"                                               \
    "      {\"type\": \"RESOURCE-INFO.KEY\", \"value\": \"alice@example.com\"},\n"                 \
    "      {\"type\": \"RESOURCE-INFO.BODY\", \"value\": [\n"                                      \
    "        {\"type\": \"RESOURCE-INFO.BODY.ENTRY\", \"value\": \"sip:alice@10.4.1.2:5060\"},\n"  \
    "        {\"type\": \"RESOURCE-INFO.BODY.EXPIRATION\", \"value\": 300},\n"                     \
    "        {\"type\": \"RESOURCE-INFO.BODY.PEER-INFO\", \"value\": [\n"                          \
    "          {\"type\": \"PEER-ID\", \"value\": \"" ALICE "\"}]}]},\n"                           \
    "      {\"type\": \"RESOURCE-INFO.BODY\", \"value\": [\n"                                      \
    "        {\"type\": \"RESOURCE-INFO.BODY.ENTRY\", \"value\": \"mailto:alice@example.com\"},\n" \
    "        {\"type\": \"RESOURCE-INFO.BODY.EXPIRATION\", \"value\": 24000},\n"                   \
    "        {\"type\": \"RESOURCE-INFO.BODY.PARAMETER\", \"value\": [\n"                          \
    "          {\"type\": \"RESOURCE-INFO.BODY.PARAMETER.NAME\", \"value\": \"type\"},\n"          \
    "          {\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": \"=\"},\n"               \
    "          {\"type\": \"RESOURCE-INFO.BODY.PARAMETER.VALUE\", \"value\": \"voicemail\"}]}]}]}"
#define RESOURCE_ID "{\"sha1\": \"alice@example.com\"}"
#define OTHER_PEER  "\"4823affe45000000000000000000000000000000\""

static const struct {
    uint32_t method;
    const char *json;
} examples[] = {
    {RELOAD_PEER_JOIN, MESSAGE("PEER-JOIN", "\"" ALICE "\"", "")},
    {RELOAD_PEER_SEARCH, MESSAGE("PEER-SEARCH", OTHER_PEER, "")},
    {RELOAD_RESOURCE_GET, MESSAGE("RESOURCE-GET", RESOURCE_ID, "")},
    {RELOAD_RESOURCE_PUT, MESSAGE("RESOURCE-PUT", RESOURCE_ID, RESOURCE)},
    {RELOAD_RESOURCE_TRANSFER, MESSAGE("RESOURCE-TRANSFER", OTHER_PEER, RESOURCE)},
    {RELOAD_TRANSPORT_OPEN,
     MESSAGE("TRANSPORT-OPEN", OTHER_PEER,
             ",\n    {\"type\": \"SDP\", \"value\": \"v=0\\r\\no=- 0 0 IN IP4 "
             "10.4.1.2\\r\\ns=-\\r\\nc=IN IP4 10.4.1.2\\r\\n"
             "t=0 0\\r\\nm=application 5060 UDP application/reload\\r\\n\"}")},
    {RELOAD_TRANSPORT_TUNNEL,
     MESSAGE("TRANSPORT-TUNNEL", OTHER_PEER,
             ",\n    {\"type\": \"APPLICATION\", \"value\": [\n"
             "      {\"type\": \"APPLICATION.NAME\", \"value\": \"sip\"},\n"
             "      {\"type\": \"APPLICATION.BODY\", \"hex\": "
             "\"4f5054494f4e53207369703a626f62406578616d706c652e636f6d20\"},\n"
             "      {\"type\": \"APPLICATION.DIALOG\", \"value\": 1}]}")},
};

const char *example_of(uint32_t method)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        if (examples[i].method == method)
            return examples[i].json;
    return NULL;
}
