package store

import "strings"

// mentioned finds the users whose names the text has after an @.
func (t *triage) mentioned() ([]int64, error) {
	if !strings.Contains(t.action.Text, "@") {
		return nil, nil
	}
	rows, err := t.tx.QueryContext(t.ctx, `SELECT num, name FROM users WHERE disabled_ms = 0 ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var nums []int64
	for rows.Next() {
		var num int64
		var name string
		if err := rows.Scan(&num, &name); err != nil {
			return nil, err
		}
		if mentions(t.action.Text, name) {
			nums, t.action.Mentions = append(nums, num), append(t.action.Mentions, name)
		}
	}
	return nums, rows.Err()
}

// mentions says whether the text has @name, and not the beginning of a longer name.
func mentions(text, name string) bool {
	text, name = strings.ToLower(text), "@"+strings.ToLower(name)
	for {
		_, after, found := strings.Cut(text, name)
		if !found {
			return false
		}
		if after == "" || !strings.ContainsAny(after[:1], "abcdefghijklmnopqrstuvwxyz0123456789_-") {
			return true
		}
		text = after
	}
}
