// Written by tools/rules.mjs from docs/openapi.yaml: run `npm run gen`, do not edit.
/** What the core asks of a field. Lengths count characters. */
export interface Rule {
	readonly required?: boolean;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly minItems?: number;
	readonly maxItems?: number;
	readonly pattern?: string;
	readonly format?: string;
	readonly number?: boolean;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly enum?: readonly string[];
}

/** By operation, then by field of its body. */
export const rules = {
	'change-account': {
		current_password: {
			maxLength: 1024,
		},
		name: {
			maxLength: 64,
		},
		password: {
			minLength: 10,
			maxLength: 1024,
		},
	},
	'delete-account': {
		current_password: {
			maxLength: 1024,
		},
		name: {
			maxLength: 64,
			required: true,
		},
	},
	'set-totp': {
		code: {
			minLength: 6,
			maxLength: 7,
			required: true,
		},
		current_password: {
			maxLength: 1024,
		},
		secret: {
			minLength: 32,
			maxLength: 32,
			required: true,
		},
	},
	'delete-totp': {
		current_password: {
			maxLength: 1024,
		},
	},
	'set-first-view': {
		view: {
			maxLength: 32,
			required: true,
		},
	},
	'act-on-filter': {
		as_of: {
			minimum: 0,
			number: true,
		},
		owner: {
			maxLength: 64,
		},
		query: {
			maxLength: 4096,
			required: true,
		},
		tag: {
			maxLength: 64,
		},
		text: {
			maxLength: 8192,
		},
		verb: {
			enum: [
				'acknowledge',
				'claim',
				'assign',
				'release',
				'escalate',
				'resolve',
				'reopen',
				'comment',
				'tag',
				'untag',
			],
			required: true,
		},
		verdict: {
			enum: ['true-positive', 'false-positive', 'benign', 'expected'],
		},
	},
	'preview-action': {
		as_of: {
			minimum: 0,
			number: true,
		},
		query: {
			maxLength: 4096,
			required: true,
		},
		tag: {
			maxLength: 64,
		},
		verb: {
			enum: ['acknowledge', 'claim', 'assign', 'release', 'escalate', 'resolve', 'reopen', 'tag', 'untag'],
			required: true,
		},
	},
	'act-on-alert': {
		owner: {
			maxLength: 64,
		},
		tag: {
			maxLength: 64,
		},
		text: {
			maxLength: 8192,
		},
		verb: {
			enum: [
				'acknowledge',
				'claim',
				'assign',
				'release',
				'escalate',
				'resolve',
				'reopen',
				'comment',
				'tag',
				'untag',
			],
			required: true,
		},
		verdict: {
			enum: ['true-positive', 'false-positive', 'benign', 'expected'],
		},
	},
	'add-client': {
		contacts: {
			maxItems: 20,
		},
		'contacts[].mail': {
			maxLength: 128,
		},
		'contacts[].name': {
			minLength: 1,
			maxLength: 64,
			required: true,
		},
		'contacts[].note': {
			maxLength: 256,
		},
		'contacts[].phone': {
			maxLength: 32,
		},
		name: {
			minLength: 1,
			maxLength: 64,
			required: true,
		},
		notes: {
			maxLength: 16384,
		},
	},
	'set-client': {
		contacts: {
			maxItems: 20,
		},
		'contacts[].mail': {
			maxLength: 128,
		},
		'contacts[].name': {
			minLength: 1,
			maxLength: 64,
			required: true,
		},
		'contacts[].note': {
			maxLength: 256,
		},
		'contacts[].phone': {
			maxLength: 32,
		},
		name: {
			minLength: 1,
			maxLength: 64,
		},
		notes: {
			maxLength: 16384,
		},
	},
	'delete-client': {
		name: {
			maxLength: 64,
			required: true,
		},
	},
	'add-node-token': {
		name: {
			maxLength: 64,
		},
	},
	'act-on-group': {
		as_of: {
			minimum: 0,
			number: true,
		},
		owner: {
			maxLength: 64,
		},
		tag: {
			maxLength: 64,
		},
		text: {
			maxLength: 8192,
		},
		verb: {
			enum: [
				'acknowledge',
				'claim',
				'assign',
				'release',
				'escalate',
				'resolve',
				'reopen',
				'comment',
				'tag',
				'untag',
			],
			required: true,
		},
		verdict: {
			enum: ['true-positive', 'false-positive', 'benign', 'expected'],
		},
	},
	'add-hold': {
		client: {
			maxLength: 64,
		},
		from: {
			format: 'date-time',
		},
		reason: {
			minLength: 1,
			maxLength: 500,
			required: true,
		},
		until: {
			format: 'date-time',
		},
	},
	'add-publisher': {
		kind: {
			enum: ['alert', 'advisory', 'report'],
			required: true,
		},
		name: {
			minLength: 1,
			maxLength: 64,
			required: true,
		},
		url: {
			minLength: 8,
			maxLength: 2000,
			pattern: '^https?://',
			required: true,
		},
	},
	'change-publisher': {
		kind: {
			enum: ['alert', 'advisory', 'report'],
			required: true,
		},
		name: {
			minLength: 1,
			maxLength: 64,
			required: true,
		},
		url: {
			minLength: 8,
			maxLength: 2000,
			pattern: '^https?://',
			required: true,
		},
	},
	'set-retention': {
		audit_days: {
			minimum: 0,
			maximum: 36500,
			number: true,
		},
		policies: {
			maxItems: 5000,
			required: true,
		},
		'policies[].client': {
			maxLength: 64,
		},
		'policies[].days': {
			minimum: 0,
			maximum: 36500,
			number: true,
			required: true,
		},
		'policies[].severity': {
			enum: ['unknown', 'informational', 'low', 'medium', 'high', 'critical'],
			required: true,
		},
	},
	'sign-in': {
		code: {
			maxLength: 32,
		},
		name: {
			minLength: 1,
			maxLength: 64,
			required: true,
		},
		password: {
			minLength: 1,
			maxLength: 1024,
			required: true,
		},
	},
	'sign-in-by-link': {
		secret: {
			minLength: 1,
			maxLength: 128,
			required: true,
		},
	},
	'add-token': {
		clients: {
			maxItems: 1000,
		},
		days: {
			minimum: 1,
			maximum: 3650,
			number: true,
		},
		name: {
			minLength: 1,
			maxLength: 64,
			required: true,
		},
		role: {
			enum: ['admin', 'analyst', 'viewer'],
			required: true,
		},
	},
	'invite-user': {
		clients: {
			maxItems: 1000,
		},
		name: {
			minLength: 1,
			maxLength: 64,
			required: true,
		},
		role: {
			enum: ['admin', 'analyst', 'viewer'],
			required: true,
		},
	},
	'set-user': {
		clients: {
			maxItems: 1000,
		},
		name: {
			minLength: 1,
			maxLength: 64,
		},
		role: {
			enum: ['admin', 'analyst', 'viewer'],
		},
	},
	'add-view': {
		name: {
			minLength: 1,
			maxLength: 64,
			required: true,
		},
		query: {
			maxLength: 4096,
			required: true,
		},
	},
	'change-view': {
		name: {
			minLength: 1,
			maxLength: 64,
			required: true,
		},
		query: {
			maxLength: 4096,
			required: true,
		},
	},
} as const satisfies Record<string, Record<string, Rule>>;
