"""The words of jq 1.5 to 1.8: what a filter may call, and what it never may, with why."""

_KEYWORDS = """
    and or if then else elif end as def reduce foreach try catch label break true false null __loc__
"""
KEYWORDS = frozenset(_KEYWORDS.split())
_FUNCTIONS = """
    GROUP_BY IN INDEX JOIN UNIQUE_BY abs acos acosh add all any arrays ascii ascii_downcase
    ascii_upcase asin asinh atan atan2 atanh booleans bsearch builtins capture cbrt ceil
    combinations contains copysign cos cosh date dateadd datesub del delpaths drem empty endswith
    erf erfc error exp exp10 exp2 explode expm1 fabs fdim finites first flatten floor fma fmax
    fmin fmod format frexp from_entries fromdate fromdateiso8601 fromjson fromstream gamma getpath
    gmtime group_by gsub halt has have_decnum have_literal_numbers hypot implode in index indices
    infinite input inputs inside isempty isfinite isinfinite isnan isnormal isvalid iterables j0
    j1 jn join keys keys_unsorted last ldexp leaf_paths length lgamma lgamma_r limit localtime log
    log10 log1p log2 logb ltrim ltrimstr map map_values match max max_by min min_by mktime modf
    nan nearbyint nextafter nexttoward normals not now nth nulls numbers objects path paths pick
    pow pow10 range recurse recurse_down remainder repeat reverse rindex rint round rtrim rtrimstr
    scalars scalars_or_empty scalb scalbln scan select setpath significand sin sinh skip sort
    sort_by split splits sqrt startswith strflocaltime strftime strings strptime sub tan tanh test
    tgamma to_entries toarray toboolean todate todateiso8601 tojson tonumber tostream tostring
    transpose trim trimstr trunc truncate_stream type unique unique_by until utf8bytelength values
    walk while with_entries y0 y1 yn
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
_ENVIRONMENT = "shows the environment of the server"
_MODULES = "reads a module from a file"
_MACHINE = "tells about the server's machine"
_BESIDE = "writes past the output"
FORBIDDEN = {
    "env": _ENVIRONMENT,
    "import": _MODULES,
    "include": _MODULES,
    "module": _MODULES,
    "modulemeta": _MODULES,
    "get_search_list": _MACHINE,
    "get_prog_origin": _MACHINE,
    "get_jq_origin": _MACHINE,
    "input_filename": _MACHINE,
    "input_line_number": _MACHINE,
    "debug": _BESIDE,
    "stderr": _BESIDE,
    "halt_error": _BESIDE,
}
