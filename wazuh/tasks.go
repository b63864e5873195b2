package wazuh

import (
	"context"
	"iter"
	"strconv"
)

// Tasks are what the server does in the background, such as upgrades.
type Tasks struct{ c *Client }

// Task is one of them.
type Task struct {
	ID      Int     `json:"task_id"`
	Agent   AgentID `json:"agent"`
	Node    string  `json:"node"`
	Module  string  `json:"module"`
	Command string  `json:"command"`
	Status  string  `json:"status"`
	Message string  `json:"message,omitempty"`
	Error   Text    `json:"error_msg,omitempty"`
	Created Time    `json:"create_time,omitzero"`
	Updated Time    `json:"update_time,omitzero"`
}

// TaskFilter narrows a list of tasks. Distinct is not for this list.
type TaskFilter struct {
	Query
	IDs     []int     `url:"tasks_list"`
	Agents  []AgentID `url:"agents_list"`
	Command string    `url:"command"`
	Node    string    `url:"node"`
	Module  string    `url:"module"`
	Status  string    `url:"status"`
}

// List returns tasks, by id.
func (t *Tasks) List(ctx context.Context, f TaskFilter) iter.Seq2[Task, error] {
	return pages(ctx, t.c, list[Task]{
		call: request("GET /tasks/status").with(f), size: f.PageSize, lacks: []string{"distinct"},
		id: func(t *Task) string { return strconv.FormatInt(int64(t.ID), 10) }, sort: "+task_id",
	})
}
