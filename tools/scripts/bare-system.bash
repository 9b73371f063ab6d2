# SPDX-License-Identifier: BSD-2-Clause
# A fresh, bare installation of a Debian in a directory. Source this file. Requires root.
# shellcheck shell=bash

# make_system ROOT SUITE [OPTION...]: installs the Debian SUITE in the new directory ROOT, with options of mmdebstrap
make_system()
{
  mmdebstrap --quiet "${@:3}" "$2" "$1"
  chmod 755 "$1"
  mount -t proc proc "$1/proc"
  # terminals of its own, for the tests at a terminal
  mkdir -p "$1/dev/pts"
  if mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$1/dev/pts"; then
    ln -sf pts/ptmx "$1/dev/ptmx"
  fi
}

# in_system ROOT COMMAND...: runs a command there, in an environment of its own
in_system()
{
  chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "${@:2}" </dev/null
}

# remove_system ROOT
remove_system()
{
  local mounted
  for mounted in dev/pts proc; do
    if mountpoint -q "$1/$mounted"; then umount "$1/$mounted"; fi
  done
  rm -rf "$1"
}
