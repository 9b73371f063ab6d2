#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""One end of an exchange of messages, for the captures that `make` takes.

exchange.py answer TRANSPORT ADDRESS PORT FILE...   waits for a message, and answers it with the next FILE
exchange.py ask TRANSPORT ADDRESS PORT FILE...      sends each FILE, and waits for an answer before the next
exchange.py tell udp ADDRESS PORT FILE...           sends each FILE, and waits for nothing
exchange.py wrap ADDRESS PORT ADDRESS PORT FILE...  one TCP connection whose sequence numbers wrap, in one namespace

TRANSPORT is udp or tcp, or udp-options for IPv6 with a hop-by-hop extension header. A message is as long as its Length says.
"""

import ipaddress
import pathlib
import socket
import struct
import sys
import time

HEADER = 68
# include/uapi/linux/tcp.h
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_REPAIR_OPTIONS = 19, 20, 21, 22
RECEIVED, SENT = 1, 2
WINDOW_SCALE = 3  # the TCP option


def family(address):
    return socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET


def new_socket(transport, address):
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    s = socket.socket(family(address), kind)
    s.settimeout(10)
    if transport == "udp-options":
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, bytes([0, 0, 1, 4, 0, 0, 0, 0]))
    return s


def read_message(s):
    octets = b""
    while len(octets) < HEADER or len(octets) < HEADER + int.from_bytes(octets[13:16], "big"):
        part = s.recv(65536)
        if not part:
            sys.exit("exchange.py: the other end has closed the connection")
        octets += part
    return octets


def answer(transport, address, port, files):
    s = new_socket(transport, address)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    if transport == "tcp":
        s.listen()
        print("ready", flush=True)
        s, _ = s.accept()
        for file in files:
            read_message(s)
            s.sendall(file)
        s.recv(1)  # its end
        return
    print("ready", flush=True)
    for file in files:
        _, peer = s.recvfrom(65536)
        s.sendto(file, peer)


def ask(transport, address, port, files):
    s = new_socket(transport, address)
    s.connect((address, port))
    for file in files:
        s.sendall(file)
        if transport == "tcp":
            read_message(s)
        else:
            s.recv(65536)
    s.close()


def tell(transport, address, port, files):
    s = new_socket(transport, address)
    s.connect((address, port))
    for file in files:
        try:
            s.send(file)
        except ConnectionRefusedError:  # an ICMP error of the last one
            s.send(file)
        time.sleep(0.02)


def repaired(address, port, peer, peer_port, sent, received):
    """A socket that the kernel regards as connected, with the next sequence numbers of both directions."""
    s = new_socket("tcp", address)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    s.bind((address, port))
    for queue, number in ((SENT, sent), (RECEIVED, received)):
        s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, queue)
        # an unsigned number of 32 bits, which setsockopt takes as its octets
        s.setsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ, number.to_bytes(4, sys.byteorder))
    s.connect((peer, peer_port))
    scale = 7  # of either direction
    s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_OPTIONS, struct.pack("=II", WINDOW_SCALE, scale | scale << 16))
    return s


def wrap(address, port, peer, peer_port, files):
    near, far = 0xFFFFFC00, 0xFFFFFFF0
    a = repaired(address, port, peer, peer_port, near, far)
    b = repaired(peer, peer_port, address, port, far, near)
    for s in (a, b):
        s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 0)
    for request, response in zip(files[::2], files[1::2]):
        a.sendall(request)
        read_message(b)
        b.sendall(response)
        read_message(a)
    a.close()
    b.close()


def main(command, *arguments):
    if command == "wrap":
        address, port, peer, peer_port, *names = arguments
        wrap(address, int(port), peer, int(peer_port), [pathlib.Path(name).read_bytes() for name in names])
        return
    transport, address, port, *names = arguments
    {"answer": answer, "ask": ask, "tell": tell}[command](transport, address, int(port), [pathlib.Path(name).read_bytes() for name in names])


if __name__ == "__main__":
    main(*sys.argv[1:])
