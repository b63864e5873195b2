package soc

import "time"

// View is a query that somebody has saved under a name.
type View struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Query       string    `json:"query"`
	Owner       string    `json:"owner" doc:"the name of the user whose it is"`
	Own         bool      `json:"own" doc:"it is that of who asks"`
	Shared      bool      `json:"shared" doc:"everybody may use it; each sees in it what is in their own scope"`
	Standard    bool      `json:"standard" doc:"the one that who asks begins with"`
	CreatedTime time.Time `json:"created_time"`
}
