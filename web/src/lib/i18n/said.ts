import { language } from './language.svelte';

/**
 * What the core says to people, in French. It answers in English; a sentence that is not
 * here (one with a name in it, or a new one) is shown as it came.
 */
const french: Record<string, string> = {
	'Sign in first, or send a token that is good.': 'Connectez-vous d’abord.',
	'The name or the password is not right.': 'Le nom ou le mot de passe n’est pas le bon.',
	'The code is not right. Look at the clocks of the phone and of the core, and try the next one.':
		'Le code n’est pas le bon. Vérifiez l’heure du téléphone et du core, puis essayez le suivant.',
	"The code is not right. Is the phone's clock?":
		'Le code n’est pas le bon. L’heure du téléphone l’est-elle ?',
	'The present password is not right.': 'Le mot de passe actuel n’est pas le bon.',
	'is not the present password': 'Ce n’est pas le mot de passe actuel.',
	'This password is easily guessed.': 'Ce mot de passe se devine facilement.',
	'Set a password first: the second factor stands beside it.':
		'Définissez d’abord un mot de passe : le second facteur s’y ajoute.',
	'This link has been used, is too old, or a newer one was made. Ask an admin for a new one. Restart `socme up` for one if nobody has a password yet.':
		'Ce lien a servi, est trop ancien, ou un plus récent l’a remplacé. Demandez-en un à un administrateur. Si personne n’a encore de mot de passe, redémarrez `socme up`.',
	'You may not do this.': 'Vous ne pouvez pas faire cela.',
	'Only an admin may do this.': 'Seul un administrateur peut faire cela.',
	'Only an admin of all clients may do this.': 'Seul un administrateur de tous les clients peut faire cela.',
	'Only an analyst or an admin may do this. Ask an admin for the role.':
		'Seul un analyste ou un administrateur peut faire cela. Demandez le rôle à un administrateur.',
	'There is no such thing, or you may not see it.':
		'Cela n’existe pas, ou vous n’avez pas le droit de le voir.',
	'It exists already.': 'Cela existe déjà.',
	'Name the clients, or say that it is for all.': 'Nommez les clients, ou choisissez-les tous.',
	'Either all clients or named ones.': 'Ou tous les clients, ou certains.',
	'One of the clients is not there, or not yours.': 'L’un des clients n’existe pas, ou n’est pas à vous.',
	'That is more than you may do yourself.': 'C’est plus que ce que vous pouvez faire vous-même.',
	'Nobody would be left who may do everything; make another user an admin of all clients first.':
		'Il ne resterait personne pour tout faire ; nommez d’abord un autre administrateur de tous les clients.',
	'The user is disabled; enable them first.': 'L’utilisateur est désactivé ; réactivez-le d’abord.',
	'Ask an admin for another name.': 'Demandez un autre nom à un administrateur.',
	'The comment is empty.': 'Le commentaire est vide.',
	'It has been taken back already.': 'Cela a déjà été annulé.',
	'The query cannot be read.': 'La requête est illisible.',
	'The period ends before it begins.': 'La période finit avant de commencer.',
	'The hold must end after it begins.': 'La conservation doit finir après son début.',
	'The proof must end after it begins.': 'La preuve doit finir après son début.',
	'Old alerts are being deleted already.': 'Les anciennes alertes sont déjà en cours de suppression.',
	'The core could not do this. Its log says why.': 'Le core n’a pas pu le faire. Son journal dit pourquoi.',
	'The request took too long, or was given up. Ask for less at once, or try again.':
		'La requête a duré trop longtemps ou a été abandonnée. Demandez moins à la fois, ou réessayez.',
};

/** The core's sentence in the language of the page. */
export function said(sentence: string): string {
	return language.code === 'fr' ? (french[sentence] ?? sentence) : sentence;
}
