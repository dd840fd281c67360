#include "client/model/refusal_sentence.h"

const char *refusal_sentence(uint8_t reason)
{
    switch ((Refusal)reason) {
    case REFUSAL_VERSION:
        return "This program and the server are of different versions. Please update the older.";
    case REFUSAL_NO_SESSION:
        return "There is no session with this code on the server. Please check the code.";
    case REFUSAL_FULL:
        return "All seats are taken. Ask the facilitator, or try again when somebody has left.";
    case REFUSAL_NAME_TAKEN:
        return "Somebody in the session already has this name. Please choose another.";
    case REFUSAL_NAME_INVALID:
        return "This name cannot be used. Choose one of up to 24 letters, digits and spaces.";
    case REFUSAL_TOKEN:
        return "The facilitator's token does not fit this session. Please copy the whole link.";
    case REFUSAL_LOCKED:
        return "The session takes nobody in at the moment. Please ask the facilitator.";
    case REFUSAL_NOT_ALLOWED:
        return "Only the facilitator may do that.";
    case REFUSAL_NOT_NOW:
        return "That cannot be done now. Wait until the music has started or stopped.";
    case REFUSAL_OUT_OF_RANGE:
        return "That is outside of what is allowed.";
    case REFUSAL_SERVER_KEY:
        return "This server is not the one you joined before. Ask your host for a new link.";
    case REFUSAL_BANNED:
        return "The facilitator has sent you out of this session. Please talk to them.";
    case REFUSAL_PASSWORD:
        return "This is not the facilitator's password. Please type it again.";
    case REFUSAL_PRIVACY:
        return "People have joined under this privacy. It can become stricter, not looser.";
    case REFUSAL_COUNT:
        break;
    }
    return "The server refused without a reason that this program knows. Please update it.";
}
