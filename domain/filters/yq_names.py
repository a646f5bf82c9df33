"""The words of mikefarah's yq 4 that jq does not have: its operators and its formats."""

_OPERATORS = """
    alias all_c anchor any_c array_to_map arrayToMap asciiDowncase asciiUpcase collect column
    comments del_paths di divide document_index documentIndex downcase fi filter foot_comment
    footComment format_datetime from_csv fromcsv from_json from_props fromprops from_tsv fromtsv
    from_unix fromunix from_xml fromxml from_yaml fromyaml fromEntries groupby head_comment
    headComment ireduce is_key iskey key kind line line_comment linecomment lineComment
    mapvalues modulo omit parent parents pivot ref root set_path shuffle sort_keys sortKeys
    sortkeys sortby splitDoc split_doc splitdoc style tag to_csv tocsv to_json to_number
    to_props toprops to_string to_tsv totsv to_unix tounix to_xml toxml to_yaml toyaml toEntries
    toentries fromentries tz uniqueby upcase with with_dtf withEntries withentries asciiupcase
    asciidowncase
"""
OPERATORS = frozenset(_OPERATORS.split())
_FORMATS = """
    @base64 @base64d @base32 @base32d @csv @csvd @html @json @jsond @props @propsd @sh @text @tsv
    @tsvd @uri @urid @xml @xmld @yaml @yamld
"""
FORMATS = frozenset(_FORMATS.split())
REACHING = (
    "env", "load", "eval", "system", "file", "import", "include", "module", "debug", "stderr",
)
"""What no bare name may hold: mikefarah's lexer takes an operator out of the middle of a word."""
