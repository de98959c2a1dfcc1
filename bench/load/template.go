package main

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// piece is a text as it is, or the name of a variable.
type piece struct {
	text       string
	isVariable bool
}

type template []piece

// compile parts a text at {name}; braces around anything but a name are text, as in JSON.
func compile(text string) template {
	var found template
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			break
		}
		end := open + 1
		for end < len(text) && (text[end] == '_' || text[end] >= 'a' && text[end] <= 'z') {
			end++
		}
		if end == open+1 || end == len(text) || text[end] != '}' {
			found = append(found, piece{text: text[:open+1]})
			text = text[open+1:]
			continue
		}
		found = append(found, piece{text: text[:open]}, piece{text: text[open+1 : end], isVariable: true})
		text = text[end+1:]
	}
	return append(found, piece{text: text})
}

// variables of one iteration, looked up in order: kept answers, row, actor.
type variables struct {
	number int64
	kept   map[string]string
	row    map[string]string
	actor  map[string]string
	random *rand.Rand
}

func (v *variables) append(to []byte, name string) []byte {
	switch name {
	case "uuid":
		return appendUUID(to, v.random)
	case "n":
		return strconv.AppendInt(to, v.number, 10)
	}
	for _, from := range []map[string]string{v.kept, v.row, v.actor} {
		if value, is := from[name]; is {
			return append(to, value...)
		}
	}
	return append(append(append(to, '{'), name...), '}')
}

func (t template) append(to []byte, v *variables) []byte {
	for _, part := range t {
		if part.isVariable {
			to = v.append(to, part.text)
		} else {
			to = append(to, part.text...)
		}
	}
	return to
}

const hexadecimal = "0123456789abcdef"

// appendUUID writes a random UUID (version 4).
func appendUUID(to []byte, random *rand.Rand) []byte {
	high, low := random.Uint64(), random.Uint64()
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 2<<62
	for place := 0; place < 32; place++ {
		if place == 8 || place == 12 || place == 16 || place == 20 {
			to = append(to, '-')
		}
		word := high
		if place >= 16 {
			word = low
		}
		to = append(to, hexadecimal[word>>(60-4*(place%16))&15])
	}
	return to
}
