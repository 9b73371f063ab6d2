#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A second implementation of D33: the items of a stream, written from the decision alone. For verifier.py and run.

It reads the whole stream first, and counts a search's steps as the decision does.
"""

TOKEN = b"RELO"
HEADER = 68
STEPS_PER_OCTET, STEPS_AT_LEAST = 16, 1 << 20


class Framer:
    """A stream, and what its searches have used up."""

    def __init__(self, octets, max_message=None):
        self.octets, self.limit = octets, 0xffffff if max_message is None else max_message
        self.read = self.steps = 0

    def number(self, at, size):
        return int.from_bytes(self.octets[at:at + size], "big")

    def length(self, at):
        return self.number(at + 13, 3)

    def is_header(self, at):
        return self.octets.startswith(TOKEN, at) and at + HEADER <= len(self.octets)

    def is_plausible(self, at):
        if not self.is_header(at):
            return False
        routing, fragment, version, method = self.octets[at + 5], self.number(at + 6, 2), self.octets[at + 8], self.octets[at + 12]
        algorithms = self.octets[at + 9:at + 12]
        return routing <= 2 and fragment & 0x3fff == 0 and version & 0x7f == 1 and max(algorithms) <= 0x0f and method & 0x40 == 0

    def next_plausible(self, at, end):
        """The first plausible header from at on that begins before end, or None."""
        while (at := self.octets.find(TOKEN, at, min(end + len(TOKEN) - 1, len(self.octets)))) >= 0:
            if self.is_plausible(at):
                return at
            at += 1
        return None

    def has_read(self, end):
        self.read = max(self.read, min(end, len(self.octets)))

    def spent(self):
        return self.steps >= max(STEPS_AT_LEAST, STEPS_PER_OCTET * self.read)

    def is_framed(self, at, searching):
        """Whether the message at a header is framed and whole. A search that has spent its steps finds that it is not."""
        end = at + HEADER + self.length(at)
        if self.length(at) > self.limit:
            return False
        at += HEADER
        while at + 4 <= min(end, len(self.octets)):
            self.has_read(at + 4)
            if searching and self.spent():
                return False
            self.steps += searching
            at += 4 + -(-self.number(at + 2, 2) // 4) * 4
        if at == end:
            self.has_read(end)
        return at == end <= len(self.octets)

    def search(self, at, end):
        """The header that ends the broken message at an offset, or None."""
        spent, place = self.spent(), at + len(TOKEN)
        while (place := self.next_plausible(place, end)) is not None:
            if spent:
                return place
            self.has_read(place + HEADER)
            if self.is_framed(place, True):
                return place
            spent, place = self.spent(), place + 1
        return None

    def message(self, at):
        """The end and the error of the message at a header."""
        length = self.length(at)
        whole, large = at + HEADER + length, length > self.limit
        end = min(whole, len(self.octets))
        self.has_read(at + HEADER if large else end)
        if self.is_framed(at, False):
            return end, None
        following = self.search(at, end)
        if following is not None:
            return following, "next-message"
        self.has_read(end)
        return end, "stream-end" if end < whole else "too-large" if large else "attributes"

    def items(self):
        found, at, anywhere = [], 0, True
        while at < len(self.octets):
            if self.is_header(at) if anywhere else self.is_plausible(at):
                end, error = self.message(at)
                kind = "garbage" if end - at < HEADER else "message"
            else:
                end = self.next_plausible(at, len(self.octets))
                kind, end = "garbage", len(self.octets) if end is None else end
            found.append({"kind": kind, "offset": at, "length": end - at, "error": "no-message" if kind == "garbage" else error})
            at, anywhere = end, kind == "message"
        return found


def items(octets, max_message=None):
    """The items of a stream, as in the vectors. max_message: the largest Length that is accepted."""
    return Framer(octets, max_message).items()
