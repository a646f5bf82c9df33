"""Scripts of sed, awk, jq and yq: everyday ones pass, every way to reach outside is refused."""

import pytest

from kubeport.domain.command import Command, Token
from kubeport.domain.errors import CommandError, Span
from kubeport.domain.filters import parse_filter

SED_ALLOWED = [
    "1d", "$d", "2,10p", "2,+3p", "1~2p", "0~3d", "0,/re/d", "/a/,$p", "/a/,/b/p", "/a/I,/b/Mp",
    "/a/!d",
    "$!N", "1!G;h;$!d", "\\,a/b,p", "\\xa\\xbxp", "1 , 3 ! p", "=", "$=", "l 5", "5q", "Q1",
    "z;x;D;P;n",
    "s/a/b/", "s/a/b/2gpI", "s/a/b/ ; p", "s|^pod/||", "s#a#b#M", "sxaxbx", "s;a;b;;p", "s/[/]/x/",
    "s/[^/]*$//", "s/[]/]/x/", "s/[[:alpha:]/]/x/", "s/a\\/b/x/", "s/x/\\\n/g",
    "s/\\x1b\\[[0-9;]*m//g",
    "s/exec/EXEC/;s/w/W/", "y/abc/xyz/", "y,a\\,b,xyz,", ":a;N;$!ba;s/\\n/ /g", ":a;s/x/y/;ta",
    "b end;:end",
    "{p;p}", "/a/{n;p}", "/a/,/b/{//!p}", "$!{N;ba\n}\n:a", "{{p}}", "p # w x\nd", "#n\np", "#e",
    "a hello w x", "a\\\ntext\\\nmore\np", "1i\\  x", "$!a x", "c\\text", "/x/c new", "", ";;",
]
SED_REFUSED = [
    "e", "1e id", "w x", "w/tmp/x", "W x", "r x", "$r/etc/passwd", "R x", "F", "L", "v", "k",
    "s/a/b/e", "s/a/b/2e", "s/a/b/ e", "s/a/b/gpw x", "s/a/b/w", "sxaxbxe", "swawbwe",
    "s;a;b;;1e id",
    "s/[/]/x/;1e id", "s/[/]/e", "s/a[/]b/x/w x", "y/a/b/;1{e id\n}", "y/[/]/;w x",
    "{r x\n}", "/a/w x", "/a/I,/b/w x", "1,+2e id", "0,/b/s//id/e", "\\,x,e id", "\\eaee id",
    ":a;e id",
    "#n\n1e id", "p # x\nw y", "a x\nw y", "a\\\nx\nw y", "a x\\\\\nw y", "a\\\\\nw y",
    "a\\ \nw y", "i\\\n\nw y",
    "s/a/b/\nw y", "b x;w y", "1!{w y\n}", "l 5;w y", "}", "{p", "p}", "s/a/b", "s/a", "s", "y/a/",
    "/a", "1,p",
    "s\na\nb\n", "s\\a\\b\\", "pp", "1!!p", "a", "i", "c\n", ":", "s/[a/b/", "+3p", "séaébé", "1",
    "ψ",
]
AWK_ALLOWED = [
    "1", "NF", "END{print NR}", "{print $1}", "$5 > 3 {print $1}", "{ if ($4 > 3) print $1 }",
    "$5>5",
    "{print ($4>3)}", "{print ($4 > 3) ? $1 \" f\" : $1 \" ok\"}", "{print $1} $2 > 3 {print $2}",
    "{print $1\n$2 > 3}", "{print;if($2>3)n++}", "{printf(\"%s %d\\n\", $1, $2)}", "!seen[$0]++",
    "{a[$1]+=$2} END{for(k in a) if (a[k] > 1) print k, a[k]}", "/Error/", "NR==1 || /kube-system/",
    "/start/,/end/", "!/x|y/", "$2 ~ /a|b/ && $3 !~ /c/", "/[/]/", "/[[:space:]]+/",
    "/system(\"id\")/",
    "/getline/ {print \"system\"}", "{print $1/1024/1024 \"Mi\"}", "{print (a)/b/c}",
    "{x = y++ / 2 / z}",
    "{gsub(/\\//,\"-\"); print}", "{split($0,p,\"/\"); print p[1]/2}",
    "length > 200 {print substr($0,1,9)}",
    "BEGIN{FS=\"\\t\"; OFS=\"|\"} {print $1,$3}", "{print \"a > b | c\"}", "# system()\n{print}",
    "{print $1 >= 3}", "function f(x) {return x*2} {print f($2)}", "{while(i<3)i++}",
    "{load=$1; print load}",
    "BEGIN{for(;;) if(i++>3) break}", "{print strftime(\"%F\", $1)}", "{print $1,\n$2}",
    "{x = 1 \\\n+ 2}",
    "{if (x) /re/; else print}", "{switch($1){case /a/: print; break; default: next}}",
    "{print -1, !x}",
    "BEGIN{while(1){if(x)exit}}", "{print a[$1], b[1,2]}", "{n = $2 > 3 ? 1 : 0}",
    "{ do x--; while (x > 3) }",
]
AWK_REFUSED = [
    "BEGIN{system(\"id\")}", "BEGIN{system (\"id\")}", "BEGIN{f=\"system\"; @f(\"id\")}",
    "@load \"x\"",
    "@include \"x\"", "{\"id\" | getline}", "{\"id\" | getline x}", "{getline}",
    "{while((getline l)>0)n++}",
    "{getline < \"f\"}", "{print | \"sh\"}", "{print |& \"x\"}", "{print \"a\" | \"sh\"}",
    "{print > \"x\"}",
    "{print $1, $2 > 3}", "{print>$2}", "{print($1)>\"x\"}", "{print ($1) > \"x\"}",
    "{printf \"%s\", $1 >> \"x\"}",
    "{print $1,\n$2 > \"x\"}", "{print $1 ?\n2 : 3 > \"x\"}", "{print $1 && \n 2 > \"x\"}",
    "{print \\\n> \"x\"}",
    "{print a[1>2]}", "{if (x) print > f}", "{if (x) print; else print > f}", "{print (1)(2) > f}",
    "{printf(\"x\") > f}", "{print $1 > 100 ? \"x\" : \"y\"}", "{close(\"x\")}", "{fflush()}",
    "{print ENVIRON[\"H\"]}",
    "BEGIN{for(k in PROCINFO)print k}", "{print SYMTAB[\"ENVIRON\"][\"H\"]}", "{print FUNCTAB[1]}",
    "{print FILENAME}",
    "BEGIN{ARGV[1]=\"f\"}", "BEGIN{ARGC=2}", "{print bindtextdomain(\"/\")}", "{extension(\"x\")}",
    "{awk::system(1)}", "{unknown(1)}", "{if (1) /\"/; system(\"id\"); /\"/}",
    "{x = y / system(\"id\") / 2}",
    "{x = y++ / system(\"id\") / 2}", "{x = (y) / system(\"id\") / 2}",
    "{x = a[1] / system(\"id\") / 2}",
    "{x = 1 / system(\"id\") / 2}", "{x = \"a\" / system(\"id\") / 2}",
    "{x = $1 / system(\"id\") / 2}",
    "{print length / system(\"id\") / 2}", "{x = /a/ / system(\"id\") / 2}", "{x /= system(1)}",
    "/[^]/]/{x=\"}/;system(1)\"; y=/[/\"]/}{print > \"f\"}", "{print 1 # \\\n}", "{x = `id`}",
    "{'x'}", "{é=1}",
    "/a", "{\"a}", "{x = \"a\n\"}", ")", "BEGIN{while(1)print \"x\"}", "{for(;;);}",
    "{a[NR]=$0; for ( ; ; ) x++}",
]
JQ_ALLOWED = [
    ".", ".items[].metadata.name", ".env", ".[\"env\"]", ".\"env\"", ".a.env?", "..|.env?",
    "{env}", "{env: 1}",
    "{a, env, b: 2}", "{env: .x, input_filename: 1}", "{\"env\": .a}", "{(.a): 1}", "{$x}",
    ". as $env | $env",
    ". as {env: $x} | $x", "\"env\"", "\"\\(.env)\"", "\"a\\(.b + \"\\(.c)\")d\"", "@csv",
    "@base64 \"x\\(.a)\"",
    "# env\n.a", ".a # $ENV", ".[-1]", "-1", "1e3", ".5", "first(.[] | select(.a > 1))",
    "[.[] | length] | add",
    "def f(g; $n): g | . + $n; f(.a; 1)", "reduce .[] as $p ({}; .[$p.a] += 1)",
    "try error(\"x\") catch .",
    "if . then 1 elif 2 then 3 else {env: 4} end",
    "label $out | foreach .[] as $i (0; .+1; ., break $out)",
    ".[] as [$a, $b] ?// $a | $a", "$__loc__.line", "path(..)", "inputs",
    "to_entries[] | select(.key|test(\"^a\"))",
    "walk(if type == \"object\" then del(.env) else . end)", "\"\\\\(env)\"", "limit(3; .[])",
    ".a //= 1 | .b |= 2",
    "input", "ltrimstr(\"a\") | ascii_downcase | splits(\", *\")", "{if: 1, and: 2}",
    "{a: 1 , env}", "$ARGS.named",
]
JQ_REFUSED = [
    "env", "$ENV", "$ ENV", "$\nENV", "$#x\nENV", "env.PATH", ".a | env", "[env]", "(env)",
    "{e: env}", "{(env): 1}",
    "{a: (env)}", "{a: [1, env, 2]}", "{env | keys}", "{a: 1 | env}", "{\"a\": env}", "{$ENV}",
    "{a: $ENV}",
    "{a: if . then 1, env, 2 else 3 end}", "{a: if . then 1, env else 2 end}", "\"\\(env)\"",
    "\"\\(\"\\(env)\")\"",
    "\"a\" + \"b\\(1)\\(env)\"", "@text \"\\(env)\"", "\"\\\\\\(env)\"", "1.env", "..env", ". env",
    "env::x", "a::b",
    "def f: env; f", "def env: 1; .", "def f(env): env; .", "# \\\nenv", "# x\nenv", ".a#\n|env",
    "$__prog_args",
    "input_filename", "input_line_number", "get_search_list", "modulemeta", "import \"a\" as a; .",
    "include \"a\"; .",
    "halt_error", "debug", "stderr", "get_jq_origin", "nosuch", "f(1)", "\"", "\"\\(", "\"\\(1\"",
    "(", "]", "{", "(]", "'x'",
    "`id`", "\\", "é", ".a & .b", "# \\\n\"\nenv\n# \"", "-", "try env", "label $x | env",
    "reduce env as $x (0; 1)",
]
YQ_ALLOWED = [
    ".", ".spec", ".spec.template.spec.containers[].image",
    ".items[] | select(.spec.replicas > 1) | .metadata.name",
    "del(.status, .metadata.managedFields)", "select(.kind==\"Deployment\").spec.replicas",
    ".data | keys",
    ".metadata.annotations.\"a.b/c\"", ".metadata.annotations[\"a.b/c\"]", ".data.my-key",
    ".data.a-1-b", ".env",
    ".spec.env[] | select(.name == \"env\").value", ".a = \"x\"", ".a as $x | .b * $x",
    ".. | .image?", ".a |= . + 1",
    ". as $i ireduce ({}; . *d $i)", "with_entries(select(.key == \"a\"))",
    "to_entries | map(.key)", ".[] | [.a, .b] | @tsv",
    "sort_by(.a) | reverse", "(.a | length) > 2", "\"\\(.a)-x\"", "... comments=\"\"",
    "select(di == 0)", "{\"a\": .b}",
    ".a // \"none\"", ".a | from_yaml | .b", "sort_keys(..)", ".a | .", "explode(.)", ".[0:2]",
    "\"a\" + \"b (c)\"", ".a+\"x\"", ".kind+\"/\"+.metadata.name", ".a//\"none\"",
    ".a>\"x\"", ".a # x",
    "# the name\n.a # and \"\n| .b", "\"\\(.a // \"none\") x\"", "\"\\(.a | length)\"",
    "\"\\(.a[\"my-key\"] | join(\", \"))\"", "\"\\((.a + 1) | tostring)\"",
    ".labels.app-environment", ".spec.my-file-name",
]
YQ_REFUSED = [
    "load(\"x\")", "load_str(\"x\")", "strload(\"x\")", "str_load(\"x\")", "xmlload(\"x\")",
    "load_props(\"x\")", "loadbase64(\"x\")",
    ". *= load(\"x\")", ". *load(\"x\")", ". *dload(\"x\")", "eval(\"lo\"+\"ad\")", "mapeval(.a)",
    "env(HOME)", "strenv(HOME)",
    "envsubst", "envsubst(nu)", ".. |= envsubst(ne, nu)", "system(\"id\")", "filename",
    "file_name", "fileIndex", "$ENV.HOME",
    "env.HOME", ".a|env(H)", "..env(H)", "...env(H)", "1..env(H)", "1env(H)", "nullenv(H)",
    "@jsonenv(H)", "\"$\"load(\"x\")",
    ".a\"|env(H)|.b\"", ".a\t\"|env(H)|.b\t\"", ".\"a |env(H)|.\"", "\"\\(env(H))\"",
    "\"\\( \" env(H) \" )\"", "\"\\\\(env(H))\"",
    "\"\\\\\\\\(env(H))\"", "# x\nenv(H)", "$x env(H)", "$\nsystem(\"id\")", ".my-env",
    "{env: 1}", "{load: 1}", "nosuch",
    "def xload: 1; xload", "input_filename", "\"a\\\n\"", "/etc/passwd", "'a'", "~/x", "e(1)",
    "1+\"|load|\"", ".a+\"x y\"", ".a+\": \"+.b+ \" load(x) \"", ".a+\" load(x) \"",
    ".a#\" load(x)\n", ".a #\\\n\" load(x)",
    "\"\\(.a // \".b\") load(x) \"", "\"\\(.a // \"load\")\"", "\"\\(.a // \"(x)\")\"",
    "\"\\(.a // \"\\(.b)\")\"", "\"\\(.a // \"x\\\"y\")\"",
    "\"\\(.a # x\n)\"", "\"\\(load(\"x\"))\"", "\"\\(.a)\\\\(env(H))\"",
    ".a-env", ".a-debug", ".a-load(\"x\")", ".a - load",
]


def judge(name: str, script: str) -> None:
    """Hand *script* over as one word, whatever characters it has."""
    words = (Token(name, Span(0, len(name))), Token("--", Span(len(name), len(name) + 1)))
    place = Span(len(name) + 1, len(name) + 2 + len(script))
    parse_filter(Command((*words, Token(script, place)), Span(0, place.end)), f"{name} {script}")


def cases(**scripts: list[str]) -> list[tuple[str, str]]:
    """Pairs of a program and a script."""
    return [(name, script) for name, listed in scripts.items() for script in listed]


@pytest.mark.parametrize(
    ("name", "script"), cases(sed=SED_ALLOWED, awk=AWK_ALLOWED, jq=JQ_ALLOWED, yq=YQ_ALLOWED)
)
def test_an_everyday_script_passes(name: str, script: str) -> None:
    """The script is not changed: only a blank may come before it."""
    words = tuple(Token(text, Span(0, len(name))) for text in (name, "--", script))
    argv = parse_filter(Command(words, Span(0, 1)), name).argv
    assert argv[-1].removeprefix(" ") == script


@pytest.mark.parametrize(
    ("name", "script"), cases(sed=SED_REFUSED, awk=AWK_REFUSED, jq=JQ_REFUSED, yq=YQ_REFUSED)
)
def test_a_script_that_reaches_outside_or_cannot_be_read_is_refused(name: str, script: str) -> None:
    """Whatever stands around it."""
    with pytest.raises(CommandError):
        judge(name, script)


def test_two_sed_scripts_are_judged_as_the_one_that_sed_makes_of_them() -> None:
    """``-e 'a\\' -e 'w x'`` is text; ``-e 's/a/b\\' -e 'x/e'`` is one command with a flag."""
    words = tuple(Token(text, Span(0, 3)) for text in ("sed", "-e", "a\\", "-e", "w x"))
    assert parse_filter(Command(words, Span(0, 3)), "sed").argv[-2:] == ("--", "a\\\nw x")
    words = tuple(Token(text, Span(0, 3)) for text in ("sed", "-e", "s/a/b\\", "-e", "x/e"))
    with pytest.raises(CommandError, match="runs a program"):
        parse_filter(Command(words, Span(0, 3)), "sed")
