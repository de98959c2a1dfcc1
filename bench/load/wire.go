package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// patience bounds one request, the answer's last byte included.
const patience = 30 * time.Second

var errBroken = errors.New("an answer that is not HTTP/1.1")

// line is one kept connection. HTTP by hand: the standard client would cost as much as the server measured.
type line struct {
	host   string
	conn   net.Conn
	reader *bufio.Reader
	body   []byte
}

// exchange sends a whole request and reads the whole answer; the body is valid until the next exchange.
func (l *line) exchange(request []byte) (int, []byte, error) {
	fresh := l.conn == nil
	if fresh {
		if err := l.open(); err != nil {
			return 0, nil, err
		}
	}
	status, body, err := l.once(request)
	if err != nil {
		l.close()
	}
	return status, body, err
}

func (l *line) open() error {
	conn, err := net.DialTimeout("tcp", l.host, 5*time.Second)
	if err != nil {
		return err
	}
	l.conn = conn
	l.reader = bufio.NewReaderSize(conn, 16384)
	return nil
}

func (l *line) close() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

func (l *line) once(request []byte) (int, []byte, error) {
	if err := l.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, nil, err
	}
	if _, err := l.conn.Write(request); err != nil {
		return 0, nil, err
	}
	first, err := l.reader.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(first) < 12 || !bytes.HasPrefix(first, []byte("HTTP/1.1 ")) {
		return 0, nil, errBroken
	}
	status, err := strconv.Atoi(string(first[9:12]))
	if err != nil {
		return 0, nil, errBroken
	}
	return l.rest(status)
}

func (l *line) rest(status int) (int, []byte, error) {
	length, isChunked, isLast := -1, false, false
	for {
		header, err := l.reader.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}
		header = bytes.TrimRight(header, "\r\n")
		if len(header) == 0 {
			break
		}
		name, value, _ := bytes.Cut(header, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, nil, errBroken
			}
		case bytes.EqualFold(name, []byte("transfer-encoding")):
			isChunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("connection")):
			isLast = bytes.EqualFold(value, []byte("close"))
		}
	}
	l.body = l.body[:0]
	var err error
	switch {
	case isChunked:
		err = l.chunks()
	case length >= 0:
		err = l.take(length)
	case status != 204 && status != 304:
		err = fmt.Errorf("an answer %d without a length", status)
	}
	if isLast {
		l.close()
	}
	return status, l.body, err
}

func (l *line) take(count int) error {
	at := len(l.body)
	if need := at + count; cap(l.body) < need {
		l.body = append(make([]byte, 0, 2*need), l.body...)
	}
	l.body = l.body[:at+count]
	_, err := io.ReadFull(l.reader, l.body[at:])
	return err
}

func (l *line) chunks() error {
	for {
		header, err := l.reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(bytes.TrimSpace(header)), 16, 32)
		if err != nil {
			return errBroken
		}
		if err := l.take(int(size)); err != nil {
			return err
		}
		if _, err := l.reader.ReadSlice('\n'); err != nil {
			return err
		}
		if size == 0 {
			return nil
		}
	}
}
