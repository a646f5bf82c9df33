"""Every utility by its name."""

from . import awk, coreutils, jq, sed, yq

PROGRAMS = {
    program.name: program
    for program in (*coreutils.PROGRAMS, sed.PROGRAM, awk.PROGRAM, jq.PROGRAM, yq.PROGRAM)
}
