package pgtools

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
)

// A server's error may quote a value, a key or a whole row. Such personal data must not
// appear on a terminal or in a log. Messages are in the server's language, so this file
// relies on the SQLSTATE, quotation marks and the statement. When in doubt, it cuts.

// quotes are the quotation marks in PostgreSQL's translations.
const quotes = `"«»„“”`

// cut replaces removed text.
const cut = "…"

// introduced matches English words before a quoted name.
var introduced = regexp.MustCompile(`(?:^| )(?:column|constraint|index|relation|table) $`)

// withoutValues cuts quoted values out of a message. It keeps quotations that are in names
// or that the message introduces as a name. It cuts from the first other quotation to the
// last quotation mark, because a value may contain quotation marks.
func withoutValues(message, names string) string {
	for from := 0; ; {
		open := strings.IndexAny(message[from:], quotes)
		if open < 0 {
			return message
		}
		open += from
		within := open + widthAt(message, open)
		length := strings.IndexAny(message[within:], quotes)
		if length < 0 {
			return message[:open] + cut
		}
		if !introduced.MatchString(message[:open]) && !hasWord(names, strings.TrimSpace(message[within:within+length])) {
			last := strings.LastIndexAny(message, quotes)
			return message[:open] + cut + message[last+widthAt(message, last):]
		}
		from = within + length + widthAt(message, within+length)
	}
}

func widthAt(s string, i int) int {
	_, width := utf8.DecodeRuneInString(s[i:])
	return width
}

func hasWord(text, word string) bool {
	return word != "" && regexp.MustCompile(`(^|[^\pL\pN_])`+regexp.QuoteMeta(word)+`($|[^\pL\pN_])`).MatchString(text)
}

// characters matches the bytes of characters that the server could not convert.
var characters = regexp.MustCompile(`0x[0-9a-f]{2}(?: 0x[0-9a-f]{2})*`)

// withoutRow returns an error's message without row values. detail reports whether its
// detail and its hint are free of them.
func withoutRow(pg *pgconn.PgError) (message string, detail bool) {
	class := pg.Code[:min(2, len(pg.Code))]
	switch {
	case ofFunction(pg):
		// The function chose the message; the server wrote the context.
		where, _, _ := strings.Cut(pg.Where, "\n")
		if !strings.HasPrefix(where, "PL/") {
			where = "a function of the database's own"
		}
		return "error raised by " + where, false
	case class == "23":
		return pg.Message, false // names constraints, not values
	case pg.Code == stateBadCopy:
		return pg.Message, false // names columns, not values
	case pg.Code == stateNotInRepertoire, pg.Code == stateUntranslatable:
		return characters.ReplaceAllLiteralString(pg.Message, cut), false // the rest names encodings, not values
	case pg.Code == stateInvalidParameter && pg.Where == "":
		return pg.Message, true // concerns a statement, not rows
	case class == "22":
		return withoutValues(pg.Message, ""), false
	}
	return pg.Message, true
}

// ofFunction reports whether a function of the database chose the message of an error.
// Functions may raise any SQLSTATE.
func ofFunction(pg *pgconn.PgError) bool {
	class := pg.Code[:min(2, len(pg.Code))]
	return class == "P0" || class == "38" || class == "39" || class == "XX" && strings.HasPrefix(pg.Where, "PL/") || raised(pg.Where)
}

// raised reports whether an error's context begins with a RAISE, a keyword that is never
// translated.
func raised(context string) bool {
	where, _, _ := strings.Cut(context, "\n")
	return strings.HasPrefix(where, "PL/") && strings.HasSuffix(where, " RAISE")
}

// Phrases are the messages in the code of a database's functions. The words that an error
// shares with one of them do not come from a row.
type Phrases []phrase

// A phrase is the message of a RAISE, in which % is a placeholder for a value.
type phrase struct {
	pieces []string
	match  *regexp.Regexp
}

// NewPhrases returns the phrases for the messages of RAISE statements.
func NewPhrases(messages []string) Phrases {
	var phrases Phrases
	for _, message := range messages {
		const percent = "\x00" // a byte that Postgres does not allow in text
		pieces := strings.Split(strings.ReplaceAll(message, "%%", percent), "%")
		var pattern []string
		for i := range pieces {
			pieces[i] = strings.ReplaceAll(pieces[i], percent, "%")
			pattern = append(pattern, regexp.QuoteMeta(pieces[i]))
		}
		match, err := regexp.Compile(`(?s)^` + strings.Join(pattern, ".*") + `$`)
		if err == nil { // otherwise the text is not UTF-8
			phrases = append(phrases, phrase{pieces, match})
		}
	}
	return phrases
}

// of returns the words of a message that are in the function's code, with … in place of
// values, or "" if no phrase matches.
func (p Phrases) of(message string) (said string) {
	most := 0
	for _, phrase := range p {
		if known := len(strings.Join(phrase.pieces, "")); known > most && phrase.match.MatchString(message) {
			said, most = strings.Join(strings.Fields(strings.Join(phrase.pieces, cut)), " "), known
		}
	}
	return said
}

// Explain adds the words of the matching phrase to an error that a function of the
// database raised. It returns err.
func Explain(err error, phrases Phrases) error {
	if e, ok := errors.AsType[*serverError](err); ok && ofFunction(e.pg) {
		e.said = phrases.of(e.pg.Message)
	}
	return err
}

// copyPlace matches the context of an error in COPY:
//
//	COPY people, line 3, column age: "forty"
var copyPlace = regexp.MustCompile(`(?m)^COPY .+?, [^ ]+ (\d+)(?:, [^ ]+ (.+?))?(?: ?:|$)`)

// CopyPlace returns the line and the column in an error of CopyIn, or 0 and "" if unknown.
func CopyPlace(err error) (line int64, column string) {
	pg := serverErrorOf(err)
	if pg == nil {
		return 0, ""
	}
	return placeIn(pg.Where)
}

func placeIn(context string) (line int64, column string) {
	m := copyPlace.FindStringSubmatch(context)
	if m == nil {
		return 0, ""
	}
	line, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0, ""
	}
	return line, m[2]
}

// ofRows matches pg_restore's names of entries whose statements read or write rows.
var ofRows = regexp.MustCompile(`^\d+; \d+ \d+ (?:TABLE DATA|MATERIALIZED VIEW DATA|STATISTICS DATA|SEQUENCE SET|BLOBS?|LARGE OBJECT|INDEX|CONSTRAINT|CHECK CONSTRAINT|FK CONSTRAINT) `)

// withoutRow returns the complaint without row values. libpq puts English labels
// before the parts of the server's message.
func (c Complaint) withoutRow(phrases Phrases) Complaint {
	if !ofRows.MatchString(c.Entry) {
		return c
	}
	return c.cut(phrases)
}

// cut is like withoutRow, for a complaint that may quote rows.
func (c Complaint) cut(phrases Phrases) Complaint {
	switch {
	case strings.HasPrefix(c.Command, "INSERT "):
		c.Command, _, _ = strings.Cut(c.Command, " VALUES")
	case strings.HasPrefix(c.Command, "SELECT "):
		c.Command, _, _ = strings.Cut(c.Command, "(")
	}
	message, context, _ := strings.Cut(c.Message, "\nCONTEXT:  ")
	message, _, _ = strings.Cut(message, "\nDETAIL:  ")
	message, _, _ = strings.Cut(message, "\nHINT:  ")
	if where, _, _ := strings.Cut(context, "\n"); strings.HasPrefix(where, "PL/") {
		did, words, _ := strings.Cut(message, ": ")
		_, words, _ = strings.Cut(words, ":  ") // the severity
		message = did + ": error raised by " + where
		if said := phrases.of(words); said != "" {
			message += ": " + said
		}
	} else {
		message = withoutValues(message, c.Entry+" "+c.Command)
	}
	if line, column := placeIn(context); column != "" {
		message += fmt.Sprintf(" (line %d, column %s)", line, column)
	} else if line > 0 {
		message += fmt.Sprintf(" (line %d)", line)
	}
	c.Message = message
	return c
}
