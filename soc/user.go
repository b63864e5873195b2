package soc

import "time"

// User is somebody who can sign in.
type User struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Role        Role      `json:"role" enum:"admin,analyst,viewer"`
	HasPassword bool      `json:"has_password"`
	CreatedTime time.Time `json:"created_time"`
}

// Token is a credential for scripts. Its secret is shown once and stored hashed.
type Token struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Role         Role      `json:"role" enum:"admin,analyst,viewer"`
	CreatedTime  time.Time `json:"created_time"`
	ExpiresTime  time.Time `json:"expires_time,omitzero"`
	LastUsedTime time.Time `json:"last_used_time,omitzero"`
}
