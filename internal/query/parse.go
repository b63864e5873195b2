package query

import "fmt"

// Parse reads a query for whoever asks. Its error is an *Error.
func Parse(text string, asker Asker) (Query, error) {
	if len(text) > MaxLength {
		return Query{}, &Error{Column: 1, Message: fmt.Sprintf("a query may have %d bytes, this one has %d", MaxLength, len(text))}
	}
	p := parser{lexer: lexer{text: []rune(text)}, asker: asker}
	if err := p.advance(); err != nil {
		return Query{}, err
	}
	if p.now.kind == lexEnd {
		return Query{}, nil
	}
	root, err := p.or(0)
	if err != nil {
		return Query{}, err
	}
	if p.now.kind == lexClose {
		return Query{}, p.now.fail("there is no ( for this )")
	}
	return Query{Root: &root}, nil
}

// parser is one piece ahead of what it has read.
type parser struct {
	lexer
	asker Asker
	now   lexeme
	terms int
}

func (p *parser) advance() (err error) {
	p.now, err = p.next()
	return err
}

func (x *lexeme) fail(format string, args ...any) error {
	return &Error{Column: x.column, Value: x.text, Message: fmt.Sprintf(format, args...)}
}

// or reads alternatives: the weakest of the joins.
func (p *parser) or(depth int) (Expr, error) {
	var of []Expr
	for {
		e, err := p.and(depth)
		if err != nil {
			return e, err
		}
		of = append(of, e)
		if p.now.kind != lexOr {
			return join(Or, of...), nil
		}
		if err := p.advance(); err != nil {
			return e, err
		}
	}
}

// and reads terms beside each other.
func (p *parser) and(depth int) (Expr, error) {
	var of []Expr
	for {
		e, err := p.not(depth)
		if err != nil {
			return e, err
		}
		of = append(of, e)
		switch p.now.kind {
		case lexEnd, lexClose, lexOr:
			return join(And, of...), nil
		case lexAnd:
			if err := p.advance(); err != nil {
				return e, err
			}
		}
	}
}

// not reads a term, a parenthesis, or the opposite of one.
func (p *parser) not(depth int) (Expr, error) {
	x := p.now
	if x.op == "!=" {
		depth++ // it is a negation, and a list a parenthesis
	}
	if x.list {
		depth++
	}
	if depth > MaxDepth {
		return Expr{}, x.fail("parentheses and negations may be %d deep", MaxDepth)
	}
	switch x.kind {
	case lexTerm:
		e, err := p.term(&x)
		if err != nil {
			return e, err
		}
		return e, p.advance()
	case lexNot:
		if err := p.advance(); err != nil {
			return Expr{}, err
		}
		switch p.now.kind {
		case lexTerm, lexOpen, lexNot:
		default:
			return Expr{}, x.fail("%s lacks the term that it negates", x.text)
		}
		e, err := p.not(depth + 1)
		return join(Not, e), err
	case lexOpen:
		if err := p.advance(); err != nil {
			return Expr{}, err
		}
		if p.now.kind == lexClose {
			return Expr{}, x.fail("there is nothing between ( and )")
		}
		e, err := p.or(depth + 1)
		if err != nil {
			return e, err
		}
		if p.now.kind != lexClose {
			return e, x.fail("the ( lacks its )")
		}
		return e, p.advance()
	case lexEnd:
		return Expr{}, x.fail("the query ends where a term is missing")
	}
	return Expr{}, x.fail("a term is missing before %s", x.text)
}

// term reads the values of a term: usually one.
func (p *parser) term(x *lexeme) (Expr, error) {
	if !x.list {
		return p.one(x, x.value)
	}
	if _, err := p.info(x); err != nil {
		return Expr{}, err
	}
	open, err := p.next()
	if err != nil {
		return Expr{}, err
	}
	var of []Expr
	for {
		p.space()
		if p.rest(1) == ")" || p.rest(1) == "(" || p.rest(1) == "" {
			return Expr{}, x.fail("%s%s(…) lists values joined by OR: %s%s(a OR b)", x.field, x.op, x.field, x.op)
		}
		v, err := p.value()
		if err != nil {
			return Expr{}, err
		}
		positive := *x
		if x.op == "!=" {
			positive.op = string(Is)
		}
		e, err := p.one(&positive, v)
		if err != nil {
			return e, err
		}
		of = append(of, e)
		next, err := p.next()
		switch {
		case err != nil:
			return e, err
		case next.kind == lexClose:
			e = join(Or, of...)
			if x.op == "!=" {
				e = join(Not, e)
			}
			return e, nil
		case next.kind == lexEnd:
			return e, open.fail("the ( lacks its )")
		case next.kind != lexOr:
			return e, next.fail("values of %s%s(…) are joined by OR", x.field, x.op)
		}
	}
}

// one makes a term of one value.
func (p *parser) one(x *lexeme, v value) (Expr, error) {
	if p.terms++; p.terms > MaxTerms {
		return Expr{}, x.fail("a query may have %d terms", MaxTerms)
	}
	t, err := p.read(x, v)
	if err != nil {
		return Expr{}, err
	}
	e := Expr{Term: t}
	if x.op == "!=" {
		return join(Not, e), nil
	}
	return e, nil
}
