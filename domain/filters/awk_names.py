"""The words of gawk 5: its keywords, its functions, and those that are never allowed, with why."""

_KEYWORDS = """
    BEGIN END BEGINFILE ENDFILE if else while for do break continue next nextfile exit return
    delete in function func print printf switch case default
"""
KEYWORDS = frozenset(_KEYWORDS.split())
_FUNCTIONS = """
    length substr index split sub gsub gensub match sprintf sin cos atan2 exp log sqrt int rand
    srand tolower toupper systime strftime mktime and or xor lshift rshift compl strtonum asort
    asorti patsplit isarray typeof mkbool
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
_ENVIRONMENT = "shows the environment of the server"
_MACHINE = "tells about the server's machine"
FORBIDDEN = {
    "system": "runs a program",
    "getline": "reads a file or a program",
    "close": "belongs to files and programs",
    "fflush": "belongs to files and programs",
    "ENVIRON": _ENVIRONMENT,
    "SYMTAB": _ENVIRONMENT,
    "FUNCTAB": _MACHINE,
    "PROCINFO": _MACHINE,
    "ARGV": "names files",
    "ARGC": "names files",
    "ARGIND": "names files",
    "FILENAME": "names files",
    "bindtextdomain": "names a folder",
    "dcgettext": "reads a file",
    "dcngettext": "reads a file",
    "extension": "loads a library",
}
