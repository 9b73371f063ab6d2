#!/bin/bash
. "$(dirname "$0")/tap.bash"
