package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// placeBits are those of a place below its milliseconds.
const placeBits = 20

// placeOf is where a sort key belongs in the text index: its milliseconds, and the bits
// that follow. Alerts without a time come before all others.
func placeOf(key soc.SortKey) int64 {
	ms := int64(binary.BigEndian.Uint64(key[:8]) >> 16)
	rest := binary.BigEndian.Uint64(key[6:14])
	if ms == 0 {
		return -1<<62 + int64(rest>>3)
	}
	return min(ms, 1<<(63-placeBits)-2)<<placeBits | int64(rest>>(64-placeBits))
}

// takePlaces gives each alert a place that no other has: two of the same millisecond may
// want the same.
func takePlaces(ctx context.Context, tx *sql.Tx, fresh []newAlert) ([]int64, error) {
	places := make([]int64, len(fresh))
	wanted := map[int64]bool{}
	for i := range fresh {
		places[i] = placeOf(fresh[i].alert.SortKey)
		wanted[places[i]] = false
	}
	unique := make([]any, 0, len(wanted))
	for place := range wanted {
		unique = append(unique, place)
	}
	for part := range slices.Chunk(unique, 500) {
		if err := markTaken(ctx, tx, part, wanted); err != nil {
			return nil, err
		}
	}
	order := make([]int, len(fresh))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return bytes.Compare(fresh[a].alert.SortKey[:], fresh[b].alert.SortKey[:])
	})
	for _, i := range order {
		for step := int64(0); wanted[places[i]]; {
			if step == 0 {
				step = stepFrom(ctx, tx, places[i], fresh[i].alert.SortKey)
			}
			places[i] += step
			if _, known := wanted[places[i]]; !known {
				wanted[places[i]] = false
				if err := markTaken(ctx, tx, []any{places[i]}, wanted); err != nil {
					return nil, err
				}
			}
		}
		wanted[places[i]] = true
	}
	return places, nil
}

// stepFrom says on which side of the alert that has the place one with the key belongs.
func stepFrom(ctx context.Context, tx *sql.Tx, place int64, key soc.SortKey) int64 {
	var there []byte
	err := tx.QueryRowContext(ctx, `SELECT sort_key FROM alerts WHERE place = ?`, place).Scan(&there)
	if err == nil && string(key[:]) < string(there) {
		return -1
	}
	return 1 // also if it is one of this delivery, which are placed in their order
}

func markTaken(ctx context.Context, tx *sql.Tx, places []any, taken map[int64]bool) error {
	//nolint:gosec // question marks only
	rows, err := tx.QueryContext(ctx, `SELECT place FROM alerts WHERE place IN (?`+strings.Repeat(`, ?`, len(places)-1)+`)`, places...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var place int64
		if err := rows.Scan(&place); err != nil {
			return err
		}
		taken[place] = true
	}
	return rows.Err()
}

// numbers are what the store knows of an alert by a number.
type numbers struct {
	severity, client, rule int64
	node                   *int64
}

// withNumbers adds their tokens to what is indexed of the alert itself.
func (s *Store) withNumbers(text any, n numbers) any {
	tokens := []string{query.NumberToken(query.Severity, n.severity), query.NumberToken(query.Client, n.client), query.NumberToken(query.RuleID, n.rule)}
	if n.node != nil {
		tokens = append(tokens, query.NumberToken(query.Node, *n.node))
	}
	return s.db.addTokens(text, tokens)
}

// placedText is a row of the text index.
type placedText struct {
	place int64
	text  any
}

// addTexts inserts into the text index in the order of places: out of order it would
// write a part of its own for each row.
func (b *bulks) addTexts(ctx context.Context, tx *sql.Tx, texts []placedText) error {
	slices.SortFunc(texts, func(a, b placedText) int { return cmp.Compare(a.place, b.place) })
	args := make([]any, 0, 2*len(texts))
	for _, t := range texts {
		args = append(args, t.place, t.text)
	}
	return b.text.add(ctx, tx, args)
}

// unindexed is an alert with what its place in the text index depends on.
const unindexed = `SELECT num, place, sort_key, severity, client_num, node_num, rule_num, normal FROM alerts`

// indexedText reads a row of unindexed.
func (s *Store) indexedText(rows *sql.Rows) (num int64, place sql.NullInt64, key soc.SortKey, text any, err error) {
	var keyBytes, normal []byte
	var n numbers
	if err = rows.Scan(&num, &place, &keyBytes, &n.severity, &n.client, &n.node, &n.rule, &normal); err != nil {
		return num, place, key, nil, err
	}
	copy(key[:], keyBytes)
	var alert soc.Alert
	if err = json.Unmarshal(normal, &alert); err != nil {
		return num, place, key, nil, err
	}
	return num, place, key, s.withNumbers(s.db.text(query.AlertText(&alert), query.AlertTokens(&alert)), n), nil
}

// indexAgain puts an alert that changed into the text index anew.
func (s *Store) indexAgain(ctx context.Context, tx *sql.Tx, num int64) error {
	rows, err := tx.QueryContext(ctx, unindexed+` WHERE num = ?`, num)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	if !rows.Next() {
		return errors.Join(rows.Err(), soc.ErrNotFound)
	}
	_, place, _, text, err := s.indexedText(rows)
	if err == nil {
		err = rows.Close()
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE alert_text SET text = ? WHERE rowid = ?`, text, place.Int64)
	}
	return err
}

// indexAll puts into the text index what is not in it: all alerts, after a migration
// that has emptied it. It goes on where it was interrupted.
func (s *Store) indexAll(ctx context.Context, log *slog.Logger) error {
	if err := s.foldRules(ctx); err != nil {
		return fmt.Errorf("index the rules: %w", err)
	}
	told := s.now()
	for total := 0; ; {
		n, err := s.indexSome(ctx)
		if err != nil {
			return fmt.Errorf("index the alerts: %w", err)
		}
		total += n
		if n == 0 {
			if total > 0 && log != nil {
				log.InfoContext(ctx, "alerts indexed", "alerts", total)
			}
			return nil
		}
		if now := s.now(); log != nil && (total == n || now.Sub(told) > 10*time.Second) {
			told = now
			log.InfoContext(ctx, "indexing the alerts that were stored by an older version", "alerts", total)
		}
	}
}

// indexSome takes as many as one transaction should.
func (s *Store) indexSome(ctx context.Context) (int, error) {
	var found []newAlert
	err := s.tx(ctx, func(_ *gorm.DB, tx *sql.Tx) error {
		found = nil
		var nums []int64
		rows, err := tx.QueryContext(ctx, unindexed+` WHERE place IS NULL LIMIT 2000`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // Err below tells what matters
		for rows.Next() {
			num, _, key, text, err := s.indexedText(rows)
			if err != nil {
				return err
			}
			nums = append(nums, num)
			found = append(found, newAlert{alert: soc.StoredAlert{SortKey: key}, prepared: prepared{text: text}})
		}
		if err := rows.Err(); err != nil || len(found) == 0 {
			return err
		}
		places, err := takePlaces(ctx, tx, found)
		if err != nil {
			return err
		}
		texts := make([]placedText, len(found))
		for i := range found {
			texts[i] = placedText{places[i], found[i].text}
			if _, err := tx.ExecContext(ctx, `UPDATE alerts SET place = ? WHERE num = ?`, places[i], nums[i]); err != nil {
				return err
			}
		}
		return s.bulks.addTexts(ctx, tx, texts)
	})
	return len(found), err
}

// foldRules fills the keys of rules that an older version has stored.
func (s *Store) foldRules(ctx context.Context) error {
	type rule struct {
		Num      int64
		ID, Name string
	}
	return s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		var rules []rule
		if err := g.Raw(`SELECT num, id, name FROM rules WHERE id_key IS NULL`).Scan(&rules).Error; err != nil {
			return err
		}
		for _, r := range rules {
			if _, err := tx.ExecContext(ctx, `UPDATE rules SET id_key = ?, name_key = ? WHERE num = ?`, query.Fold(r.ID), query.WordsOf(r.Name), r.Num); err != nil {
				return err
			}
		}
		return nil
	})
}
