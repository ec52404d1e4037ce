// The texts of the git hooks. Knows sh, perl and what git hands to each hook; does not know where the texts are written.
import { turnFile } from "../../gate/hook.ts";

/** The hooks Calcifer answers. None of them runs after the fact: the daemon watches refs itself, and each costs an `sh`. */
export const ourHooks = [
  "pre-commit",
  "prepare-commit-msg",
  "commit-msg",
  "reference-transaction",
  "pre-push",
] as const;
export type OurHook = (typeof ourHooks)[number];

/** What is baked into the scripts, because a hook has neither PATH nor time to look for it. */
export interface Baked {
  version: string;
  launcher: string;
  socket: string;
  /** absolute path; without it hooks go to the launcher at once */
  perl: string | undefined;
}

/** Where a script lies, seen from the script's own folder (`$here`). */
export interface Spot {
  /** from the folder of the script to `<common git dir>/calcifer` */
  notes: string;
  /** sh word for the hook that was there before, run first */
  before: string;
  /** a sentence for the reader of the file */
  beforeSays: string;
}

/** `text` as one sh word. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const marker = (version: string, hook: string): string => `# calcifer-hook ${version} ${hook}`;

/** The version and name in a hook of ours; undefined for anybody else's. */
export function readMarker(script: string): { version: string; hook: string } | undefined {
  const found = /^#!\/bin\/sh\n# calcifer-hook (\S+) (\S+)\n/.exec(script);
  return found ? { version: found[1] as string, hook: found[2] as string } : undefined;
}

/**
 * A hook that runs what was there before and then asks Calcifer.
 * What costs nothing comes first: sh reads a script as it runs it, so a commit that is none of ours never parses the rest.
 */
export function hookScript(hook: OurHook, spot: Spot, baked: Baked): string {
  const parts = fedByStdin(hook)
    ? [readRefs(hook), chainFed(hook), askFed(hook, baked)]
    : [chain, decide(hook), ask(hook, baked)];
  return [opening(hook, spot, baked.version), ...parts].join("\n");
}

/** A hook that Calcifer has no question for: what was there before runs in its place. */
export function passOnScript(hook: string, spot: Spot, version: string): string {
  return [opening(hook, spot, version), '[ -x "$before" ] || exit 0', 'exec "$before" "$@"', ""].join("\n");
}

const fedByStdin = (hook: OurHook): boolean => hook === "reference-transaction" || hook === "pre-push";

const opening = (hook: string, spot: Spot, version: string): string => `#!/bin/sh
${marker(version, hook)}
# Written by Calcifer (\`calcifer service add\`); \`calcifer service remove\` takes it away and puts back what was here.
# ${spot.beforeSays} Changes to this file are lost at the next update.
here=\${0%/*}
notes=$here/${spot.notes}
before=${spot.before}
${probe(hook)}`;

// The doctor's probe commit must reach each hook and change nothing: hooks answer by name, the last one refuses the commit.
const probe = (
  hook: string,
): string => `if [ -n "$CALCIFER_PROBE" ] && [ -f "$notes/probes/$CALCIFER_PROBE/seen" ]; then
  ${hook === "reference-transaction" ? '[ "$1" = prepared ] || exit 0\n  ' : ""}echo "ran ${hook}" >>"$notes/probes/$CALCIFER_PROBE/seen"
  [ -x "$before" ] && echo "before ${hook}" >>"$notes/probes/$CALCIFER_PROBE/seen"
  exit ${hook === "reference-transaction" ? 1 : 0}
fi
`;

const chain = `if [ -x "$before" ]; then
  "$before" "$@" || exit $?
fi
`;

/** Leaves with 0 unless the commit is one to judge. */
function decide(hook: OurHook): string {
  return `${shortcut(hook)}# Whose branch is it? Read without starting a process; what cannot be read is asked.
dir=\${GIT_DIR:-.git}
if [ -f "$dir" ]; then IFS= read -r dir <"$dir"; dir=\${dir#gitdir: }; fi
head= branch= judge=
if [ -r "$dir/HEAD" ] && [ ! -L "$dir/HEAD" ]; then IFS= read -r head <"$dir/HEAD"; fi
case $head in
'' | 'ref: refs/heads/.invalid') judge=yes ;;
'ref: refs/heads/'*) branch=\${head#ref: refs/heads/} ;;
esac
if [ -f "$notes/branches/$branch" ] || [ -e "$notes/strict" ]; then judge=yes; fi
${hook === "pre-commit" ? protectedToo : waivedToo}[ -n "$judge" ] || exit 0
${turns[hook] ?? ""}`;
}

const shortcut = (hook: OurHook): string =>
  hook === "prepare-commit-msg" ? "case $2 in merge | squash) exit 0 ;; esac\n" : "";

/**
 * With the message given (no editor), commit-msg knows more, adds the trailer and judges alone: one question instead of
 * three. It does so only when its turn will come, which `--no-verify` prevents: then pre-commit did not run either.
 */
const turns: Partial<Record<OurHook, string>> = {
  "pre-commit": `if [ "$GIT_EDITOR" = : ]; then
  { echo "$PPID" >"$dir/${turnFile}"; } 2>/dev/null
  exit 0
fi
`,
  // On Windows every parent is 1 to sh, which says nothing.
  "prepare-commit-msg": `if [ "$GIT_EDITOR" = : ] && [ "$PPID" != 1 ] && [ -f "$dir/${turnFile}" ]; then
  IFS= read -r turn <"$dir/${turnFile}"
  if [ "$turn" = "$PPID" ] && { echo "$PPID trailer" >"$dir/${turnFile}"; } 2>/dev/null; then exit 0; fi
fi
`,
};

const protectedToo = `if [ -z "$judge" ] && [ -n "$branch" ] && [ -f "$notes/protected" ]; then
  while IFS= read -r glob; do
    case $branch in $glob) judge=yes ;; esac
  done <"$notes/protected"
fi
`;

const waivedToo = `[ -e "$dir/calcifer-waiver" ] && judge=yes
`;

/** Reads git's lines into \`$input\`, and finds out whether one of them moves a protected branch. */
function readRefs(hook: OurHook): string {
  const early = hook === "reference-transaction" ? '[ "$1" = prepared ] || [ -x "$before" ] || exit 0\n' : "";
  return `${early}nl='
'
globs=
if [ -f "$notes/protected" ]; then
  while IFS= read -r glob; do globs=$globs$glob$nl; done <"$notes/protected"
fi
[ -n "$globs" ] || [ -x "$before" ] || exit 0
input= some= count=0 judge=
set -f
# Lines are gathered by the hundred: growing one long text line by line takes minutes on a fetch of many refs.
while IFS= read -r line || [ -n "$line" ]; do
  some=$some$line$nl count=$((count + 1))
  [ $count -lt 100 ] || { input=$input$some; some= count=0; }
  ${hook === "pre-push" ? pushLine : refLine}
done
input=$input$some
input=\${input%"$nl"}
`;
}

const matchRef = `IFS=$nl
    for glob in $globs; do
      case $ref in refs/heads/$glob) judge=yes ;; esac
    done`;

// A line that changes nothing is no news; one that deletes may have zeros on both sides.
const refLine = `case $line in
  *' refs/heads/'*)
    old=\${line%% *} ref=\${line#* }
    new=\${ref%% *} ref=\${ref#* }
    case $new in *[!0]*) [ "$old" != "$new" ] || continue ;; esac
    ${matchRef} ;;
  esac`;

// Read from the end: the local side may be an expression with spaces in it.
const pushLine = `ref=\${line% *}
    ref=\${ref##* }
    ${matchRef}`;

/** A here-document, because dash writes a short one into a pipe without another process. */
const fed = (command: string): string => `if [ -n "$input" ]; then
    ${command} <<INPUT
$input
INPUT
  else
    ${command} </dev/null
  fi`;

const chainFed = (hook: OurHook): string => `if [ -x "$before" ]; then
  ${fed('"$before" "$@"')}
  code=$?
  [ $code = 0 ] || exit $code
fi
${hook === "reference-transaction" ? '[ "$1" = prepared ] || exit 0\n' : ""}[ -n "$judge" ] || exit 0
`;

const ask = (hook: OurHook, baked: Baked): string => asking(hook, baked, (command) => `${command} </dev/null`);
const askFed = (hook: OurHook, baked: Baked): string => asking(hook, baked, fed);

function asking(hook: OurHook, baked: Baked, feed: (command: string) => string): string {
  return `export CALCIFER_GIT_PID=$PPID
${baked.perl === undefined ? "" : askDaemon(hook, baked, baked.perl, feed)}${askLauncher(hook, baked, feed)}`;
}

function askDaemon(hook: OurHook, baked: Baked, perl: string, feed: (command: string) => string): string {
  return `# The daemon, if it is up: perl starts fastest of all that can speak to a socket.
# 0 lets git go on, 77 refuses, anything else was no answer.
socket=${shellWord(baked.socket)}
if [ -S "$socket" ] && [ -x ${shellWord(perl)} ]; then
  client=${shellWord(client)}
  ${feed(`PERL5OPT= PERL_UNICODE=0 PERL_BADLANG=0 ${shellWord(perl)} -e "$client" "$socket" ${shellWord(baked.version)} ${hook} "$PWD" "$@"`)}
  case $? in 0) exit 0 ;; 77) exit 1 ;; esac
fi
`;
}

// 126 and 127 are sh's words for a program that does not start: an uninstalled tool must not hold a repository.
const askLauncher = (
  hook: OurHook,
  baked: Baked,
  feed: (command: string) => string,
): string => `# No daemon: the same judgement in a process of its own.
launcher=${shellWord(baked.launcher)}
if [ -x "$launcher" ]; then
  ${feed(`"$launcher" hook ${hook} "$@"`)}
  code=$?
  case $code in 126 | 127) ;; *) exit $code ;; esac
fi
${goneLine(hook)}exit 0
`;

/** Said once per commit: by the hook that runs last. */
function goneLine(hook: OurHook): string {
  const what = {
    "commit-msg": "this commit",
    "reference-transaction": "this change of a protected branch",
    "pre-push": "this push",
  }[hook as string];
  if (what === undefined) return "";
  const advice = "To end this: install Calcifer again, or run: calcifer service remove";
  return `printf '%s\\n' "Calcifer is gone ($launcher not found or does not start); ${what} was not judged. ${advice}" >&2\n`;
}

/**
 * One `gate.hook` request over the socket, in perl without any module: Socket alone costs 7 ms.
 * 1 is AF_UNIX and SOCK_STREAM wherever perl runs; BSDs begin sockaddr_un with its length. No single quotes in here.
 */
const client = `$SIG{ALRM} = sub { exit 99 }; $SIG{PIPE} = "IGNORE"; alarm 10;
($socket, $version, $hook, $cwd, @args) = @ARGV;
sub text { my $t = shift; $t =~ s/(["\\\\])/\\\\$1/g; $t =~ s/([\\0-\\x1f\\x7f])/sprintf "\\\\u%04x", ord $1/ge; "\\"$t\\"" }
$to = $^O eq "linux" ? pack("S a108", 1, $socket) : pack("C C a104", 106, 1, $socket);
socket($s, 1, 1, 0) && connect($s, $to) || exit 99;
@known = grep /^(CALCIFER_\\w+|GIT_(DIR|COMMON_DIR|WORK_TREE|INDEX_FILE|PREFIX|EDITOR|REFLOG_ACTION|QUARANTINE_PATH|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES))$/, keys %ENV;
{ local $/; $input = <STDIN> }
$body = "{\\"jsonrpc\\":\\"2.0\\",\\"id\\":1,\\"method\\":\\"gate.hook\\",\\"params\\":{\\"version\\":" . text($version)
  . ",\\"hook\\":" . text($hook) . ",\\"args\\":[" . join(",", map { text($_) } @args) . "],\\"cwd\\":" . text($cwd)
  . ",\\"env\\":{" . join(",", map { text($_) . ":" . text($ENV{$_}) } @known) . "},\\"stdin\\":" . text($input) . "}}";
binmode $s; select $s; $| = 1;
print "Content-Length: " . length($body) . "\\r\\n\\r\\n$body";
$got = "";
until ($got =~ /^(.*?)\\r\\n\\r\\n/s && ($head = $1) =~ /content-length:\\s*(\\d+)/i && length($got) >= length($head) + 4 + $1) {
  sysread($s, $got, 65536, length $got) || exit 99;
}
exit 99 if $got =~ /"error"\\s*:/;
$got =~ /"exit"\\s*:\\s*(\\d+)/ || exit 99; $exit = $1;
$got =~ /"hex"\\s*:\\s*"([0-9a-fA-F]*)"/ || exit 99;
print STDERR pack("H*", $1);
exit($exit ? 77 : 0);`;
