package console

import (
	"bytes"
	"encoding/json"

	"github.com/rubyforgood/hectl/internal/fault"
)

// RedactJSON returns v as JSON with the passwords in its strings redacted. All other
// bytes are those of json.Marshal without HTML escapes.
func RedactJSON(v any) (json.RawMessage, error) {
	text, err := marshal(v)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for len(text) > 0 {
		start := bytes.IndexByte(text, '"')
		if start < 0 {
			break
		}
		end := start + 1
		for end < len(text) && text[end] != '"' {
			if text[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end+1, len(text))
		out.Write(text[:start])
		literal := text[start:end]
		text = text[end:]
		var s string
		if json.Unmarshal(literal, &s) == nil {
			if clean := fault.Redact(s); clean != s {
				if literal, err = marshal(clean); err != nil {
					return nil, err
				}
			}
		}
		out.Write(literal)
	}
	out.Write(text)
	return out.Bytes(), nil
}

// marshal is like json.Marshal, without HTML escapes.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
